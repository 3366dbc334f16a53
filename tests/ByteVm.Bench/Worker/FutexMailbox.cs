using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Runtime.Versioning;
using ByteVm.Host.Linux;

namespace ByteVm.Bench.Worker;

/// <summary>
/// What trap channels over a futex would cost: two processes that pass a turn in shared memory and sleep while it is the other's. No part of ByteVm,
/// since a worker would need an allowed system call for it; a figure to compare with.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class FutexMailbox
{
    private static readonly Argument<string> PeerFile = new("FILE");
    private static readonly Argument<string> PeerProcessors = new("PROCESSORS") { Description = "A set, as hexadecimal number" };

    private const int Futex = 202, Wait = 0, Wake = 1;
    private const uint Host = 0, Guest = 1, Over = 2;

    /// <summary>Microseconds for each round trip, in windows of <paramref name="count"/>.</summary>
    public static double[] Measure(int windows, int count, ulong peerProcessors)
    {
        string file = Path.Combine("/dev/shm", $"bytevm-bench-{Environment.ProcessId}");
        File.WriteAllBytes(file, new byte[4096]);
        try
        {
            using MemoryMappedFile memory = MemoryMappedFile.CreateFromFile(file);
            using MemoryMappedViewAccessor view = memory.CreateViewAccessor();
            uint* turn = Start(view);
            using Process peer = Process.Start(Environment.ProcessPath!, ["futex-peer", file, peerProcessors.ToString("x", CultureInfo.InvariantCulture)]);
            double[] times = [.. Enumerable.Range(0, windows + 1).Select(_ => Window(turn, count)).Skip(1)];
            Pass(turn, Over);
            peer.WaitForExit();
            return times;
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static Command CreatePeer()
    {
        var command = new Command("futex-peer") { PeerFile, PeerProcessors };
        command.Hidden = true;
        command.SetAction(options => RunPeer(options.GetRequiredValue(PeerFile), options.GetRequiredValue(PeerProcessors)));
        return command;
    }

    private static int RunPeer(string file, string processors)
    {
        using MemoryMappedFile memory = MemoryMappedFile.CreateFromFile(file);
        using MemoryMappedViewAccessor view = memory.CreateViewAccessor();
        uint* turn = Start(view);
        Processors.Pin(0, ulong.Parse(processors, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        while (WaitWhile(turn, Host) != Over)
            Pass(turn, Host);
        return 0;
    }

    private static uint* Start(MemoryMappedViewAccessor view)
    {
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return (uint*)start;
    }

    private static double Window(uint* turn, int count)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            Pass(turn, Guest);
            WaitWhile(turn, Guest);
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
    }

    private static void Pass(uint* turn, uint to)
    {
        Volatile.Write(ref *turn, to);
        _ = Kernel.Call(Futex, (nint)turn, Wake, 1);
    }

    private static uint WaitWhile(uint* turn, uint whose)
    {
        while (true)
        {
            uint now = Volatile.Read(ref *turn);
            if (now != whose)
                return now;
            _ = Kernel.Call(Futex, (nint)turn, Wait, (nint)whose);
        }
    }
}
