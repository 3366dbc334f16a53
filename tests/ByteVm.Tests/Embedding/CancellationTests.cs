using System.Diagnostics;
using System.Text;

namespace ByteVm.Tests.Embedding;

/// <summary>Whatever a guest does when it is cancelled, it ends soon, with a trace.</summary>
public sealed class CancellationTests
{
    private const string Source =
        """
        extern fn readLine(): string? = "console.read_line"
        extern fn readBytes(bytes: byte[], from: int, count: int): int = "console.read"
        extern fn pause() = "test.pause"
        fn line(): string = readLine() ?? "end"
        fn some(): int = readBytes(new byte[10], 0, 10)
        fn wait(): int { pause(); return 1 }
        fn spin(): int { var i = 0; while true { i = i + 1 }; return i }
        fn one(): int = 1
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory, MemberData(nameof(Engines))]
    public void AnyCallIsStopped(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using var console = new SlowConsole();
        using GuestInstance guest = program.Instantiate(Options(console));
        foreach (string function in new[] { "line", "some", "wait", "spin" })
        {
            using var cancellation = new CancellationTokenSource(30);
            GuestFault fault = StopsSoon(() => guest.Call(function, cancellation.Token));
            Assert.Contains($"test.{function} (test.tarn:", fault.ToString());
            Assert.Equal(1, guest.Call<int>("one"));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task AnyAsynchronousCallIsStopped(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using var console = new SlowConsole();
        using GuestInstance guest = program.Instantiate(Options(console));
        foreach (string function in new[] { "line", "some", "wait", "spin" })
        {
            using var cancellation = new CancellationTokenSource(30);
            GuestFault fault = (await Assert.ThrowsAsync<GuestFaultException>(() => guest.CallAsync(function, cancellation.Token))).Fault;
            Assert.Equal(FaultKind.Interrupted, fault.Kind);
            Assert.Equal(1, await guest.CallAsync<int>("one"));
        }
    }

    [Fact]
    public void WhatWasBeingReadIsThereForTheNextWhoAsks()
    {
        using GuestProgram program = Guests.Tarn(Source);
        using var console = new SlowConsole();
        using GuestInstance guest = program.Instantiate(Options(console));
        using var cancellation = new CancellationTokenSource(30);
        StopsSoon(() => guest.Call<string>("line", cancellation.Token));
        console.Type("one\ntwo\n");
        Assert.Equal("one", guest.Call<string>("line"));
        Assert.Equal("two", guest.Call<string>("line"));
    }

    [Fact]
    public void TheTokenOfTheOptionsStopsTheInitializerAndEveryCall()
    {
        using GuestProgram program = Guests.Tarn("let forever = spin()\nfn spin(): int { var i = 0; while true { i = i + 1 }; return i }");
        using var cancellation = new CancellationTokenSource(30);
        GuestFault fault = StopsSoon(() => program.Instantiate(new InstanceOptions { Cancellation = cancellation.Token }));
        Assert.Contains("test.spin (test.tarn:2:", fault.ToString());

        using GuestProgram other = Guests.Tarn(Source);
        using var later = new CancellationTokenSource();
        using GuestInstance guest = other.Instantiate(Options(GuestConsole.None) with { Cancellation = later.Token });
        Assert.Equal(1, guest.Call<int>("one"));
        later.Cancel();
        Assert.Equal(FaultKind.Interrupted, Guests.Fault(() => guest.Call<int>("one")).Kind);
        Assert.Equal(FaultKind.Interrupted, Guests.Fault(() => guest.Call<int>("one")).Kind);
    }

    [Fact]
    public void TheTokenOfOneCallStopsNoOther()
    {
        using GuestProgram program = Guests.Tarn(Source);
        using GuestInstance guest = program.Instantiate(Options(GuestConsole.None));
        using var cancellation = new CancellationTokenSource();
        Assert.Equal(1, guest.Call<int>("one", cancellation.Token));
        cancellation.Cancel();
        Assert.Equal(1, guest.Call<int>("one"));
        Assert.Equal(FaultKind.Interrupted, Guests.Fault(() => guest.Call<int>("one", cancellation.Token)).Kind);
        Assert.Equal(1, guest.Call<int>("one"));
    }

    [Fact]
    public void TheWallClockAlsoRunsWhileAGuestWaits()
    {
        using GuestProgram program = Guests.Tarn(Source);
        using var console = new SlowConsole();
        using GuestInstance guest = program.Instantiate(Options(console) with { Limits = new() { WallClock = TimeSpan.FromMilliseconds(50) } });
        foreach (string function in new[] { "line", "wait" })
            Assert.Equal((FaultKind.LimitExceeded, "limit exceeded: the call took longer than 0.05 s"), KindAndMessage(Guests.Fault(() => guest.Call(function))));
    }

    /// <summary>Within 5 s on a machine however busy; an idle one takes milliseconds.</summary>
    private static GuestFault StopsSoon(Action call)
    {
        long started = Stopwatch.GetTimestamp();
        GuestFault fault = Guests.Fault(call);
        Assert.Equal((FaultKind.Interrupted, "interrupted"), KindAndMessage(fault));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
        return fault;
    }

    private static (FaultKind, string) KindAndMessage(GuestFault fault) => (fault.Kind, fault.Message);

    private static InstanceOptions Options(GuestConsole console) => new()
    {
        Console = console,
        HostFunctions = new HostFunctions().RegisterAsync("test.pause", stop => Task.Delay(Timeout.Infinite, stop)),
    };

    /// <summary>Somebody who types when the test says so.</summary>
    private sealed class SlowConsole : GuestConsole, IDisposable
    {
        private readonly SemaphoreSlim typed = new(0);
        private string text = "";

        public void Type(string line)
        {
            text = line;
            typed.Release();
        }

        public override void Write(ReadOnlySpan<byte> utf8)
        {
        }

        public override void WriteError(ReadOnlySpan<byte> utf8)
        {
        }

        public override int Read(Span<byte> buffer)
        {
            typed.Wait();
            return Encoding.UTF8.GetBytes(text, buffer);
        }

        public void Dispose() => Type("");
    }
}
