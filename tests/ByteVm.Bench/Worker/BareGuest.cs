using System.Diagnostics;
using System.Runtime.Versioning;
using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Bench.Worker;

/// <summary>A worker whose guest does nothing but trap, for ever.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class BareGuest(ProcessIsolation isolation) : IDisposable
{
    private readonly ContextPage page = new(shared: true);
    private readonly MetadataRegion metadata = new();
    private readonly Cage cage = new(64 * 1024, shared: true);
    private readonly GuestStack stack = new(64 * 1024, shared: true);
    private readonly CodeRegion code = new(64 * 1024);
    private WorkerProcess? worker;
    private TrapChannel? channel;

    public WorkerProcess Worker => worker!;

    public InstanceContext* Context => page.Context;

    /// <summary>Of the worker's trap calls; for those who answer them by other means than <see cref="TrapChannel"/>.</summary>
    public int Listener { get; private set; }

    public TimeSpan Start(int spinLimit = 0, bool timestampCounter = false)
    {
        WriteLoop();
        metadata.Allocate(4096);
        long started = Stopwatch.GetTimestamp();
        worker = isolation.Start();
        Listener = worker.Attach([page.Shared, stack.Shared, .. cage.Shared, metadata.Shared, code.Shared], timestampCounter);
        channel = new TrapChannel(worker, Listener, page.Context);
        channel.SpinAtMost(spinLimit);
        channel.WaitForTrap();
        return Stopwatch.GetElapsedTime(started);
    }

    public TimeSpan Trips(int count)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            channel!.Resume();
            channel.WaitForTrap();
        }

        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Lets it go on without waiting for its next trap.</summary>
    public void Resume() => channel!.Resume();

    /// <summary>The mailbox's word for whose turn it is.</summary>
    public ref uint Turn() => ref *(uint*)((byte*)page.Context + WorkerMailbox.Offset(nameof(WorkerMailbox.Turn)));

    public TimeSpan NoticeDeath()
    {
        long killed = Stopwatch.GetTimestamp();
        worker!.Kill();
        channel!.Resume();
        while (channel.WaitForTrap())
            channel.Resume();
        return Stopwatch.GetElapsedTime(killed);
    }

    public string ResidentKilobytes =>
        File.ReadLines($"/proc/{worker!.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))[6..].Trim().Replace(" kB", "", StringComparison.Ordinal);

    public void Dispose()
    {
        worker?.Dispose();
        channel?.Dispose();
        code.Dispose();
        metadata.Dispose();
        stack.Dispose();
        cage.Dispose();
        page.Dispose();
    }

    private void WriteLoop()
    {
        CodeBlock block = code.Allocate(4096);
        Assembler c = new(64);
        Label again = c.CreateLabel();
        c.Label(ref again);
        c.lea(rax, __[again]);
        c.jmp(__qword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.TrapStub))]);
        using MemoryStream stream = new();
        c.Assemble(new StreamCodeWriter(stream), block.Address);
        stream.ToArray().CopyTo(block.Writable);
        InstanceContext* context = page.Context;
        context->CageBase = (ulong)cage.Base;
        context->MetadataBase = (ulong)metadata.Base;
        context->TrapStub = isolation.Image.LightTrap;
        context->GuestMxcsr = 0x1F80;
        context->GuestRip = block.Address;
        context->GuestRsp = (ulong)stack.Top - 128;
    }
}
