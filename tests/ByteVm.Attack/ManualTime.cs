namespace ByteVm.Attack;

/// <summary>Time that passes only when the guest says so, by "test.tick"; its timers fire at once then.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<(TimerCallback Callback, object? State)> timers = [];
    private long now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public HostFunctions HostFunctions => new HostFunctions().Register("test.tick", (int milliseconds) => Pass(milliseconds)).Register("test.used", () => 0);

    public override long GetTimestamp() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        timers.Add((callback, state));
        return new NoTimer();
    }

    private void Pass(int milliseconds)
    {
        now += milliseconds * TimeSpan.TicksPerMillisecond;
        foreach ((TimerCallback callback, object? state) in timers)
            callback(state);
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
