using System.Runtime.InteropServices;

namespace ByteVm.Runtime.Execution.Limits;

/// <summary>The CPU time of the thread that made it, readable from any thread. Where the system has no such clock (not Linux), time on the wall, which is never less.</summary>
internal sealed unsafe partial class ThreadCpuClock
{
    private const int PerThreadScheduler = 6;

    private readonly int clock;
    private readonly long started = Environment.TickCount64;

    public ThreadCpuClock() => clock = OperatingSystem.IsLinux() ? ~CurrentThread() << 3 | PerThreadScheduler : 0;

    public TimeSpan Now
    {
        get
        {
            TimeValue time;
            return clock != 0 && Read(clock, &time) == 0
                ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
                : TimeSpan.FromMilliseconds(Environment.TickCount64 - started);
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int CurrentThread();

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, TimeValue* time);

    private struct TimeValue
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
