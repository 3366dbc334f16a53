using System.Diagnostics;

namespace ByteVm.Runtime.Execution.Limits;

/// <summary>
/// Watches one call into a guest: stops it when its time is up, and ends it by force when it does not stop. Compiled code stops within a loop
/// iteration; only code that no compiler made goes on, and that can run in a worker process alone. The force is the processor's:
/// what it keeps for the instance says whether it can be ended from outside.
/// </summary>
internal sealed class CallWatch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly Instance instance;
    private readonly ResourceLimits limits;
    private readonly TimeProvider time;
    private readonly long started;
    private readonly TimeSpan workerAtStart;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private ThreadCpuClock? thread;
    private TimeSpan threadAtAttach;
    private TimeSpan usedBefore;
    private long stoppedAt;

    private CallWatch(Instance instance)
    {
        this.instance = instance;
        limits = instance.Options.Limits;
        time = instance.Options.Time;
        started = time.GetTimestamp();
        workerAtStart = WorkerTime;
        timer = time.CreateTimer(static watch => ((CallWatch)watch!).Look(), this, Period, Period);
    }

    /// <summary>A watch for a call that begins, or null where there is nothing to watch.</summary>
    public static CallWatch? Start(Instance instance) =>
        instance.Options.Limits is { WallClock: null, CpuTime: null } && instance.Options.Isolation == IsolationLevel.Cage ? null : new CallWatch(instance);

    /// <summary>This thread drives the guest from now on.</summary>
    public void Attach()
    {
        lock (gate)
        {
            thread = new ThreadCpuClock();
            threadAtAttach = thread.Now;
        }
    }

    /// <summary>The guest ended or waits, on no thread.</summary>
    public void Detach()
    {
        lock (gate)
        {
            usedBefore += ThreadTime;
            thread = null;
        }
    }

    public void Dispose() => timer.Dispose();

    /// <summary>Of the threads that drove the guest, and of the worker where there is one.</summary>
    private TimeSpan CpuTime
    {
        get
        {
            lock (gate)
                return usedBefore + ThreadTime + WorkerTime - workerAtStart;
        }
    }

    private TimeSpan ThreadTime => thread is null ? TimeSpan.Zero : thread.Now - threadAtAttach;

    private TimeSpan WorkerTime => (instance.ProcessorState as IGuestProcess)?.CpuTime ?? TimeSpan.Zero;

    private void Look()
    {
        if (instance.StopReason != StopReason.None)
            EndByForce();
        else if (limits.WallClock is { } wall && time.GetElapsedTime(started) > wall)
            instance.Interrupt(StopReason.WallClock);
        else if (limits.CpuTime is { } cpu && CpuTime > cpu)
            instance.Interrupt(StopReason.CpuTime);
    }

    private void EndByForce()
    {
        if (stoppedAt == 0)
            stoppedAt = Stopwatch.GetTimestamp();
        else if (Stopwatch.GetElapsedTime(stoppedAt) > Grace)
            (instance.ProcessorState as IGuestProcess)?.Kill();
    }
}

/// <summary>What a processor keeps for an instance whose guest runs in a process of its own.</summary>
internal interface IGuestProcess
{
    TimeSpan CpuTime { get; }

    /// <summary>Ends it at once. From any thread.</summary>
    void Kill();
}
