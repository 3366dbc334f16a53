using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using Iced.Intel;

namespace ByteVm.Attack;

/// <summary>A worker whose guest is machine code that a test wrote, as if a compiler were broken: code, metadata, cage, stack and context as an instance has them.</summary>
internal sealed unsafe class RawWorker : IDisposable
{
    private const int CodeBytes = 64 * 1024;

    private readonly ContextPage contextPage = new(shared: true);
    private readonly MetadataRegion metadata = new();
    private readonly TrapChannel channel;

    /// <param name="process">Null: one of the usual.</param>
    public RawWorker(WorkerProcess? process = null)
    {
        metadata.Allocate(4096);
        Isolation = ProcessIsolation.Instance;
        Process = process ?? Isolation.Start();
        int listener = Process.Attach(Ranges, timestampCounter: false);
        channel = new TrapChannel(Process, listener, Context);
        Context->CageBase = (ulong)Cage.Base;
        Context->MetadataBase = (ulong)metadata.Base;
        Context->TrapStub = Isolation.Image.LightTrap;
        Context->FullTrapStub = Isolation.Image.FullTrap;
        Context->GuestMxcsr = 0x1F80;
        Context->StackLimit = (ulong)Stack.Limit;
        IsAlive = channel.WaitForTrap();
    }

    public ProcessIsolation Isolation { get; }

    public WorkerProcess Process { get; }

    public Cage Cage { get; } = new(64 * 1024, shared: true);

    public GuestStack Stack { get; } = new(64 * 1024, shared: true);

    public CodeRegion Code { get; } = new(1 << 20);

    public InstanceContext* Context => contextPage.Context;

    public TrapChannel Channel => channel;

    public TrapKind Trap => Context->Trap;

    public ulong Argument => Context->TrapArgument;

    public void AssertFault(int signal)
    {
        Assert.Equal(TrapKind.HardwareFault, Trap);
        Assert.Equal((uint)signal, Context->FaultSignal);
    }

    public bool IsAlive { get; private set; }

    /// <summary>Where the code that was loaded last begins.</summary>
    public ulong CodeStart { get; private set; }

    public SharedRange[] Ranges => [contextPage.Shared, Stack.Shared, .. Cage.Shared, metadata.Shared, Code.Shared];

    public ulong MetadataStart => (ulong)metadata.Base;

    /// <summary>Writes code where the guest executes it, and lets the guest begin there with rsp at the top of its stack.</summary>
    public void Load(Action<Assembler> write)
    {
        CodeBlock block = Code.Allocate(CodeBytes);
        CodeStart = block.Address;
        Assembler c = new(64);
        write(c);
        using MemoryStream stream = new();
        c.Assemble(new StreamCodeWriter(stream), block.Address);
        stream.ToArray().CopyTo(block.Writable);
        Context->GuestRip = block.Address;
        Context->GuestRsp = (ulong)Stack.Top - 128;
        Context->GuestRbp = 0;
        Context->Resume = ResumeKind.Light;
    }

    /// <summary>Runs until the next trap; kills a worker that makes none within the time limit.</summary>
    /// <returns>False when the worker died.</returns>
    public bool Run(int limitMilliseconds = 5000)
    {
        using var limit = new Timer(_ => Process.Kill(), null, limitMilliseconds, Timeout.Infinite);
        channel.Resume();
        return IsAlive = channel.WaitForTrap();
    }

    public void Dispose()
    {
        Process.Dispose();
        channel.Dispose();
        Code.Dispose();
        metadata.Dispose();
        Stack.Dispose();
        Cage.Dispose();
        contextPage.Dispose();
    }
}
