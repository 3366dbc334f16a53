using System.Diagnostics;
using System.Runtime.Versioning;
using ByteVm.Host.Linux;
using ByteVm.Host.Worker;

namespace ByteVm.Bench.Worker;

/// <summary>
/// The ways by which a trap could reach the host and return, measured beside each other. Many short windows: the median says what a loaded machine
/// gives, the best what the mechanism costs.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class TrapAlternatives
{
    private const int InputOutputControl = 16;
    private const long ReceiveNotification = 0xC050_2100, SendAnswer = 0xC018_2101, SetFlags = 0x4008_2104;

    public static void Report(ProcessIsolation isolation, int windows, int count)
    {
        ulong all = Processors.All;
        ulong first = all & (~all + 1);
        ulong second = (all & (all - 1)) is var others && others != 0 ? others & (~others + 1) : first;
        (string Name, ulong Host, ulong Worker)[] places = [("anywhere", all, all), ("same processor", first, first), ("two processors", first, second)];

        foreach ((string place, ulong host, ulong worker) in places)
        {
            Processors.Pin(0, host);
            foreach (bool counter in (bool[])[false, true])
            {
                foreach ((bool sameProcessor, bool poll) in ((bool, bool)[])[(false, true), (false, false), (true, true), (true, false)])
                {
                    string name = $"notification, {(poll ? "poll + receive" : "receive")}{(sameProcessor ? ", same processor" : "")}{(counter ? ", timestamp counter open" : "")}";
                    Print(name, place, Notification(isolation, windows, count, worker, sameProcessor, poll, counter));
                }
            }

            Print("futex mailbox", place, FutexMailbox.Measure(windows, count, worker));
            foreach (int spin in (int[])[1000, 20_000])
            {
                if (host != worker || host == all)
                    Print($"mailbox, looking {spin:N0} times first", place, Spinning(isolation, windows, count, worker, spin));
            }
        }

        Processors.Pin(0, all);
    }

    private static double[] Spinning(ProcessIsolation isolation, int windows, int count, ulong processors, int spinLimit)
    {
        using var guest = new BareGuest(isolation);
        guest.Start(spinLimit);
        Processors.Pin(guest.Worker.Id, processors);
        return [.. Enumerable.Range(0, windows).Select(_ => guest.Trips(count).TotalMicroseconds / count)];
    }

    /// <summary>What <see cref="TrapChannel"/> does, with and without each of its parts.</summary>
    private static double[] Notification(ProcessIsolation isolation, int windows, int count, ulong processors, bool sameProcessor, bool poll, bool timestampCounter)
    {
        using var guest = new BareGuest(isolation);
        guest.Start(timestampCounter: timestampCounter);
        Processors.Pin(guest.Worker.Id, processors);
        _ = Kernel.Call(InputOutputControl, guest.Listener, unchecked((nint)SetFlags), sameProcessor ? 1 : 0);
        // The guest is parked: its first trap was received by the channel, which now hands it over.
        guest.Resume();
        ulong pending = Receive(guest, poll);
        var times = new double[windows];
        for (int w = 0; w < windows; w++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                guest.Turn() = 0;
                Answer(guest.Listener, pending);
                pending = Receive(guest, poll);
            }

            times[w] = Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
        }

        return times;
    }

    private static ulong Receive(BareGuest guest, bool poll)
    {
        const int words = 10;
        if (poll)
            Kernel.Poll([new PollEntry(guest.Listener), new PollEntry(guest.Worker.Descriptor)]);
        ulong* notification = stackalloc ulong[words];
        new Span<ulong>(notification, words).Clear();
        nint result = Kernel.Call(InputOutputControl, guest.Listener, unchecked((nint)ReceiveNotification), (nint)notification);
        return result == 0 ? notification[0] : throw new InvalidOperationException($"receiving a trap failed: {result}");
    }

    private static void Answer(int listener, ulong id)
    {
        ulong* answer = stackalloc ulong[3] { id, 0, 0 };
        _ = Kernel.Call(InputOutputControl, listener, unchecked((nint)SendAnswer), (nint)answer);
    }

    private static void Print(string name, string place, double[] windows) =>
        Console.WriteLine($"  {name,-66} {place,-16} {Statistics.Median(windows),8:N3} µs   (best {windows.Min():N3}, worst {windows.Max():N3})");
}
