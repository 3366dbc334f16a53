using ByteVm.Host;
using ByteVm.Host.Linux;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>A guest without a program: a context, a stack with guards, a piece of address space as cage, and code that the test emits.</summary>
internal sealed unsafe class TestGuest : IDisposable
{
    private const int StackBytes = 64 * 1024, GuardBytes = 64 * 1024, CageBytes = 1 << 20;
    private const ulong CodeReservation = 16 << 20;

    private static readonly ulong CodeStart = Reserve();
    private static ulong codeUsed;

    private readonly ulong stack;
    private readonly ulong cage;

    public TestGuest(Action<Assembler> emit, params ulong[] arguments)
    {
        Context = (InstanceContext*)LibC.MapAnonymousPages(4096, LibC.ProtRead | LibC.ProtWrite);
        stack = (ulong)LibC.MapAnonymousPages(GuardBytes + StackBytes + GuardBytes, 0);
        LibC.Protect((nint)stack + GuardBytes, StackBytes, LibC.ProtRead | LibC.ProtWrite);
        cage = (ulong)LibC.MapAnonymousPages(CageBytes, 0);
        LibC.Protect((nint)(cage + CageLayout.NullBytes), CageBytes - CageLayout.NullBytes, LibC.ProtRead | LibC.ProtWrite);
        Context->CageBase = cage;
        Context->MetadataBase = 0x1234_5678_9ABC;
        Context->StackLimit = stack + GuardBytes;
        DirectExecution.Instance.Switch.Connect(Context);
        DirectExecution.Instance.AddStack(stack, GuardBytes + StackBytes + GuardBytes, Context);
        Code = Emit(emit);
        DirectExecution.Instance.Switch.PrepareEntry(Context, stack + GuardBytes + StackBytes, Code, arguments);
    }

    public InstanceContext* Context { get; }
    public ulong Code { get; }
    public ulong StackGuard => stack;
    public ulong Cage => cage;

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

    public void Dispose() => DirectExecution.Instance.RemoveStack(stack);

    private static void StoreSite(Assembler c, uint site, TrapKind kind)
    {
        c.mov(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.Trap))], (uint)kind);
        c.mov(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.TrapSite))], site);
    }

    private static ulong Emit(Action<Assembler> emit)
    {
        ulong at = Interlocked.Add(ref codeUsed, 4096) - 4096 + CodeStart;
        Assembler c = new(64);
        emit(c);
        using MemoryStream bytes = new();
        c.Assemble(new StreamCodeWriter(bytes), at);
        LibC.Protect((nint)at, 4096, LibC.ProtRead | LibC.ProtWrite);
        bytes.ToArray().CopyTo(new Span<byte>((void*)at, 4096));
        LibC.Protect((nint)at, 4096, LibC.ProtRead | LibC.ProtExec);
        return at;
    }

    private static ulong Reserve()
    {
        ulong start = (ulong)LibC.MapAnonymousPages((nuint)CodeReservation, 0);
        DirectExecution.Instance.SetGuestCode(start, CodeReservation);
        return start;
    }
}
