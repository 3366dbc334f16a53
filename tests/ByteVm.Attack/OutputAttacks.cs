using System.Diagnostics;
using System.Text;

namespace ByteVm.Attack;

/// <summary>C and D: what a guest writes, says and asks for too much of.</summary>
public sealed class OutputAttacks
{
    private const string Hostile = "\u001b]0;owned\u0007\u001b[2J\rfault: none\nsecond line\u202e\u0000\u009b";

    private static readonly GuestProgram Program = Guests.Compile(
        """
        private extern fn openFile(path: string): long = "fs.open_read needs fs:read"

        fn name(path: string): long = openFile(path)
        fn flood(text: string, n: int) { for i in 0..n { print(text) } }
        fn chatter(): int { var i = 0; while true { print("x"); i = i + 1 }; return i }
        fn down(n: int): int = if n < 0 { 0 } else { 1 + down(n + 1) }
        """);

    public static TheoryData<IsolationLevel> Levels => Guests.Levels;

    [Theory, MemberData(nameof(Levels))]
    public void C22_MessagesCarryNoControlCharacters(IsolationLevel level) => Expect.Repeatedly(() =>
    {
        var traces = new List<string>();
        using GuestInstance instance = Program.Instantiate(Guests.Options(level) with
        {
            Capabilities = Capabilities.None.Allow("fs:read=."),
            TraceTraps = traces.Add,
        });
        foreach (string text in (string[])[Hostile, "\ud800", new string('x', 100_000)])
        {
            GuestFault fault = Guests.FaultOf(instance, "name", text)!;
            Assert.NotNull(fault);
            Assert.DoesNotContain(fault.Message, c => char.IsControl(c) || c is '\u202e' || char.IsSurrogate(c));
            Assert.InRange(fault.Message.Length, 1, 2200);
        }

        Assert.DoesNotContain(traces, line => line.Any(char.IsControl));
    });

    /// <summary>A trap flood is counted; each is handled before the next can come, so nothing piles up.</summary>
    [Theory, MemberData(nameof(Levels))]
    public void C23_AFloodOfTrapsIsEndedAndPilesNothingUp(IsolationLevel level) => Expect.Repeatedly(() =>
    {
        using GuestInstance limited = Program.Instantiate(Guests.Options(level) with { Limits = new() { TrapsPerSecond = 5000 } });
        Assert.Contains("5,000 traps in a second", Guests.FaultOf(limited, "chatter")!.Message);

        using GuestInstance instance = Program.Instantiate(Guests.Options(level) with { Limits = new() { WallClock = TimeSpan.FromMilliseconds(100) } });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Equal(FaultKind.LimitExceeded, Guests.FaultOf(instance, "chatter")!.Kind);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 << 20);
    });

    /// <summary>A gigabyte, in pieces of 256 KiB.</summary>
    [Theory, MemberData(nameof(Levels))]
    public void D29_AGigabyteOfOutputTakesNoMemory(IsolationLevel level)
    {
        var sink = new Sink();
        using GuestInstance instance = Program.Instantiate(Guests.Options(level) with { Console = GuestConsole.To(sink) });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        instance.Call("flood", new string('x', 256 * 1024), 4096);
        Assert.Equal(1L << 30, sink.Written);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 32 << 20);

        using GuestInstance limited = Program.Instantiate(Guests.Options(level) with { Console = GuestConsole.To(new Sink()), Limits = new() { OutputBytes = 1 << 20 } });
        Assert.Contains("bytes of output", Guests.FaultOf(limited, "flood", "0123456789", 1 << 20)!.Message);
    }

    [Theory, MemberData(nameof(Levels))]
    public void D29_EndlessRecursionIsATrap(IsolationLevel level) => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Program.Instantiate(Guests.Options(level));
        GuestFault fault = Guests.FaultOf(instance, "down", 1)!;
        Assert.Equal(FaultKind.StackOverflow, fault.Kind);
        Assert.InRange(fault.Frames.Count, 1, 60);
    });

    /// <summary>Within 100 ms of the limit, see the bench; here the machine may be busy.</summary>
    [Theory, MemberData(nameof(Levels))]
    public void D28_AnEndlessLoopEndsAtItsLimit(IsolationLevel level) => Expect.Repeatedly(() =>
    {
        using GuestProgram program = Guests.Compile("fn spin(): int { var i = 0; while true { i = i + 1 }; return i }");
        using GuestInstance instance = program.Instantiate(Guests.Options(level) with { Limits = new() { WallClock = TimeSpan.FromMilliseconds(50) } });
        long started = Stopwatch.GetTimestamp();
        Assert.Equal(FaultKind.LimitExceeded, Guests.FaultOf(instance, "spin")!.Kind);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.04, 2);
    });

    private sealed class Sink : TextWriter
    {
        public long Written { get; private set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Written++;

        public override void Write(char[] buffer, int index, int count) => Written += count;

        public override void Write(ReadOnlySpan<char> buffer) => Written += buffer.Length;

        public override void Write(string? value) => Written += value?.Length ?? 0;
    }
}
