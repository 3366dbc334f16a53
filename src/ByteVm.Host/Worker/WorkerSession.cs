using System.Runtime.Versioning;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Limits;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Worker;

/// <summary>The worker of one instance: taken at the instance's first call, killed with it, never used for another.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class WorkerSession : IDisposable, IGuestProcess
{
    private readonly WorkerProcess worker;
    private readonly TrapChannel channel;
    private readonly InstanceContext* context;

    /// <param name="code">The program's machine code.</param>
    /// <exception cref="IsolationException">There is no worker to be had, or it could not be isolated.</exception>
    public WorkerSession(ProcessIsolation isolation, Instance instance, SharedRange code)
    {
        context = instance.Context;
        context->TrapStub = isolation.Image.LightTrap;
        context->FullTrapStub = isolation.Image.FullTrap;
        context->GuestMxcsr = WorldSwitch.DefaultMxcsr;
        worker = isolation.Take();
        try
        {
            SharedRange[] ranges = [instance.SharedContext, instance.Stack.Shared, .. instance.Cage.Shared, instance.Program.Metadata.Shared, code];
            int listener = worker.Attach(ranges, CpuSeconds(instance.Options.Limits));
            channel = new TrapChannel(worker, listener, context, instance.Options.SpinningTraps ? SpinLimit : 0);
            if (!channel.WaitForTrap())
                throw new IsolationException($"a worker process ended before its first trap: {worker.Reap()}");
        }
        catch
        {
            channel?.Dispose();
            worker.Dispose();
            throw;
        }
    }

    public LinkedFunction? EntryFunction { get; set; }

    /// <summary>Whether the arguments of the entry frame had room on the stack.</summary>
    public bool EntryFits { get; set; }

    public TimeSpan CpuTime => worker.CpuTime;

    internal WorkerProcess Worker => worker;

    /// <summary>Called when the worker is parked, before anything that it left is read: where tests play a hostile guest.</summary>
    internal Action? BeforeReading { get; set; }

    /// <summary>About 20 µs of looking at the mailbox; with one processor the other side could not run meanwhile.</summary>
    private static int SpinLimit => Environment.ProcessorCount > 1 ? 1000 : 0;

    /// <summary>Lets the guest run until its next trap.</summary>
    /// <exception cref="GuestLostException">The worker has died.</exception>
    public TrapKind Run()
    {
        channel.Resume();
        if (!channel.WaitForTrap())
            throw new GuestLostException(worker.Reap().ToString());
        BeforeReading?.Invoke();
        return context->Trap;
    }

    public void Kill() => worker.Kill();

    public void Dispose()
    {
        worker.Dispose();
        channel.Dispose();
    }

    /// <summary>The kernel's own limit, in case the host's watch fails: one second more than the limit, rounded up.</summary>
    private static ulong CpuSeconds(ResourceLimits limits) =>
        limits.CpuTime is { } time ? (ulong)Math.Ceiling(time.TotalSeconds) + 1 : ulong.MaxValue;
}
