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
    private readonly AttachedWorker worker;
    private readonly InstanceContext* context;
    private readonly PopulatedRanges populated;
    private int compilations;

    /// <param name="worker">Attached to the instance's memory; the session's from now on.</param>
    /// <exception cref="IsolationException">Its limits cannot be set.</exception>
    public WorkerSession(AttachedWorker worker, Instance instance)
    {
        this.worker = worker;
        context = instance.Context;
        populated = instance.Cage.Populated;
        if (instance.Options.SpinningTraps)
            worker.Channel.SpinAtMost(SpinLimit);
        if (instance.Options.Limits.CpuTime is not { } time)
            return;
        try
        {
            // The kernel's own limit, in case the host's watch fails: one second more, rounded up.
            worker.Process.LimitCpuTime((ulong)Math.Ceiling(time.TotalSeconds) + 1);
        }
        catch
        {
            worker.Dispose();
            throw;
        }
    }

    public LinkedFunction? EntryFunction { get; set; }

    /// <summary>Whether the arguments of the entry frame had room on the stack.</summary>
    public bool EntryFits { get; set; }

    public TimeSpan CpuTime => worker.Process.CpuTime;

    internal WorkerProcess Worker => worker.Process;

    /// <summary>Called when the worker is parked, before anything that it left is read: where tests play a hostile guest.</summary>
    internal Action? BeforeReading { get; set; }

    /// <summary>About 20 µs of looking at the mailbox; with one processor the other side could not run meanwhile.</summary>
    private static int SpinLimit => Environment.ProcessorCount > 1 ? 1000 : 0;

    /// <summary>Lets the guest run until its next trap.</summary>
    /// <exception cref="GuestLostException">The worker has died.</exception>
    public TrapKind Run()
    {
        worker.Channel.Announce(populated);
        worker.Channel.Resume();
        if (!worker.Channel.WaitForTrap())
            throw new GuestLostException(worker.Process.Reap().ToString());
        BeforeReading?.Invoke();
        return context->Trap;
    }

    /// <summary>A guest asks for a function's code at its first call of it. One that asks more often would keep the host busy for ever.</summary>
    /// <param name="functions">How many functions the program has by now.</param>
    public void CountCompilation(int functions)
    {
        if (++compilations > functions)
            throw new GuestLostException($"it asked for code {compilations} times, but there are {functions} functions");
    }

    public void Kill() => worker.Process.Kill();

    public void Dispose() => worker.Dispose();
}
