namespace ByteVm.Tests.Embedding;

/// <summary>Host functions that end later: the guest waits, no thread does.</summary>
public sealed class AsyncTests
{
    private const string Source =
        """
        extern fn fetch(key: string): string = "test.fetch"
        extern fn add(a: int, b: long): double = "test.add"
        extern fn pause() = "test.pause"
        fn twice(key: string): string = fetch(key) + "," + fetch(key + "2")
        fn sum(): double = add(2, 40L)
        fn waiting(): int {
            pause()
            return 1
        }
        fn printing() {
            print("before")
            pause()
        }
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Engines))]
    public async Task ResultsArriveInTheGuest(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        foreach (bool stress in (bool[])[false, true])
        {
            using GuestInstance guest = program.Instantiate(Options(_ => Task.CompletedTask) with { GcStress = stress ? ByteVm.Memory.GcStress.Safepoints : ByteVm.Memory.GcStress.Never });
            Assert.Equal("<a>,<a2>", await guest.CallAsync<string>("twice", "a"));
            Assert.Equal("<b>,<b2>", guest.Call<string>("twice", "b"));
            Assert.Equal(42.0, await guest.CallAsync<double>("sum"));
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task NoThreadIsHeldWhileAGuestWaits(EngineKind engine)
    {
        const int count = 500;
        using GuestProgram program = Guests.Tarn(Source, engine);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int waiting = 0;
        InstanceOptions options = Options(_ =>
        {
            Interlocked.Increment(ref waiting);
            return release.Task;
        }) with { MemoryBytes = 1 << 20 };
        GuestInstance[] guests = [.. Enumerable.Range(0, count).Select(_ => program.Instantiate(options))];
        Task<int>[] calls = [.. guests.Select(g => g.CallAsync<int>("waiting"))];
        while (Volatile.Read(ref waiting) < count)
            await Task.Delay(5, Cancelled);
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        // Each would hold one.
        Assert.True(ThreadPool.ThreadCount < count / 2, $"{ThreadPool.ThreadCount} threads");
        release.SetResult();
        Assert.Equal(count, (await Task.WhenAll(calls)).Sum());
        Array.ForEach(guests, guest => guest.Dispose());
    }

    [Fact]
    public async Task OutputIsShownBeforeAGuestWaits()
    {
        using GuestProgram program = Guests.Tarn(Source);
        using var output = new StringWriter();
        string? seen = null;
        using GuestInstance guest = program.Instantiate(Options(async _ =>
        {
            await Task.Delay(20, Cancelled);
            seen = output.ToString();
        }) with { Console = GuestConsole.To(output) });
        await guest.CallAsync("printing");
        Assert.Equal("before", seen);
    }

    [Fact]
    public async Task FailuresOfTheFunctionAreFaultsOfTheGuest()
    {
        using GuestProgram program = Guests.Tarn(Source);
        var cause = new InvalidOperationException("no luck");
        using GuestInstance guest = program.Instantiate(Options(async _ =>
        {
            await Task.Yield();
            throw cause;
        }));
        GuestFault fault = (await Assert.ThrowsAsync<GuestFaultException>(() => guest.CallAsync<int>("waiting"))).Fault;
        Assert.Equal((FaultKind.HostError, "host error: test.pause: no luck"), (fault.Kind, fault.Message));
        Assert.Same(cause, fault.HostException);
        Assert.Contains("waiting (test.tarn:7:", fault.ToString());
    }

    [Fact]
    public async Task OneCallAtATimeAlsoWhileItWaits()
    {
        using GuestProgram program = Guests.Tarn(Source);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using GuestInstance guest = program.Instantiate(Options(_ => release.Task));
        Task<int> call = guest.CallAsync<int>("waiting");
        Assert.Throws<InvalidOperationException>(() => guest.Call<double>("sum"));
        release.SetResult();
        Assert.Equal(1, await call);
        Assert.Equal(42.0, guest.Call<double>("sum"));
    }

    [Fact]
    public async Task AnInstanceMayBeDisposedWhileItsGuestWaits()
    {
        using GuestProgram program = Guests.Tarn(Source);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        GuestInstance guest = program.Instantiate(Options(async stop =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }));
        Task<int> call = guest.CallAsync<int>("waiting");
        await begun.Task;
        guest.Dispose();
        GuestFault fault = (await Assert.ThrowsAsync<GuestFaultException>(() => call)).Fault;
        Assert.Equal(FaultKind.Interrupted, fault.Kind);
        Assert.Throws<ObjectDisposedException>(() => guest.Call<double>("sum"));
    }

    private static InstanceOptions Options(Func<CancellationToken, Task> pause) => new()
    {
        HostFunctions = new HostFunctions()
            .RegisterAsync("test.fetch", async (string key, CancellationToken stop) =>
            {
                await Task.Delay(1, stop);
                return $"<{key}>";
            })
            .RegisterAsync("test.add", (int a, long b, CancellationToken _) => Task.FromResult((double)(a + b)))
            .RegisterAsync("test.pause", pause),
    };
}
