using System.Runtime.Versioning;
using ByteVm.Host;
using ByteVm.Memory.Layout;
using ByteVm.Memory;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>A guest without a program: a context, a stack with guards, a cage, and code that the test emits.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class TestGuest : IDisposable
{
    private static readonly Lazy<CodeRegion> Region = new(() => new CodeRegion());

    private readonly ContextPage page = new();
    private readonly IDisposable connection;

    public TestGuest(Action<Assembler> emit, params ulong[] arguments)
    {
        Assert.SkipUnless(DirectExecution.IsSupported, DirectExecution.UnsupportedReason ?? "");
        Context->CageBase = (ulong)Cage.Base;
        Context->MetadataBase = 0x1234_5678_9ABC;
        Context->StackLimit = (ulong)Stack.Limit;
        connection = DirectExecution.Instance.Connect(Context, Stack);
        Code = Emit(emit);
        DirectExecution.Instance.Switch.PrepareEntry(Context, (ulong)Stack.Top, Code, arguments);
    }

    public InstanceContext* Context => page.Context;
    public GuestStack Stack { get; } = new(64 * 1024);
    public Cage Cage { get; } = new(64 * 1024);
    public ulong CageBase => (ulong)Cage.Base;
    public ulong Code { get; }

    public TrapKind Run() => DirectExecution.Instance.Switch.Run(Context);

    public static AssemblerMemoryOperand Field(string name) => __[r14 + InstanceContext.OffsetOf(name)];

    /// <summary>A trap site that keeps its values in the frame.</summary>
    public static void LightTrap(Assembler c, uint site, TrapKind kind = TrapKind.Service)
    {
        Label resume = c.CreateLabel();
        StoreSite(c, site, kind);
        c.lea(rax, __[resume]);
        c.jmp(__qword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.TrapStub))]);
        c.Label(ref resume);
        c.nop();
    }

    /// <summary>A trap site that keeps its values in registers.</summary>
    public static void FullTrap(Assembler c, uint site, TrapKind kind = TrapKind.Interrupt)
    {
        Label resume = c.CreateLabel();
        StoreSite(c, site, kind);
        c.mov(__qword_ptr[r14 + InstanceContext.GeneralRegisterOffset(0)], rax);
        c.lea(rax, __[resume]);
        c.jmp(__qword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.FullTrapStub))]);
        c.Label(ref resume);
        c.nop();
    }

    public void Dispose()
    {
        connection.Dispose();
        Stack.Dispose();
        Cage.Dispose();
        page.Dispose();
    }

    private static void StoreSite(Assembler c, uint site, TrapKind kind)
    {
        c.mov(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.Trap))], (uint)kind);
        c.mov(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.TrapSite))], site);
    }

    private static ulong Emit(Action<Assembler> emit)
    {
        Assembler c = new(64);
        emit(c);
        CodeBlock block = Region.Value.Allocate(4096);
        using MemoryStream bytes = new();
        c.Assemble(new StreamCodeWriter(bytes), block.Address);
        bytes.ToArray().CopyTo(block.Writable);
        return block.Address;
    }
}
