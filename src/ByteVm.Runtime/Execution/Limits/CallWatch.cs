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
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly ThreadCpuClock thread = new();
    private readonly TimeSpan cpuAtStart;
    private readonly Timer timer;
    private long stoppedAt;

    private CallWatch(Instance instance)
    {
        this.instance = instance;
        limits = instance.Options.Limits;
        cpuAtStart = CpuTime;
        timer = new Timer(static watch => ((CallWatch)watch!).Look(), this, Period, Period);
    }

    /// <summary>A watch for a call that begins, or null where there is nothing to watch.</summary>
    public static CallWatch? Start(Instance instance) =>
        instance.Options.Limits is { WallClock: null, CpuTime: null } && instance.Options.Isolation == IsolationLevel.Cage ? null : new CallWatch(instance);

    public void Dispose() => timer.Dispose();

    /// <summary>Of the thread that drives the guest, and of the worker where there is one.</summary>
    private TimeSpan CpuTime => thread.Now + ((instance.ProcessorState as IGuestProcess)?.CpuTime ?? TimeSpan.Zero);

    private void Look()
    {
        if (instance.StopReason != StopReason.None)
            EndByForce();
        else if (limits.WallClock is { } wall && Stopwatch.GetElapsedTime(started) > wall)
            instance.Interrupt(StopReason.WallClock);
        else if (limits.CpuTime is { } cpu && CpuTime - cpuAtStart > cpu)
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
