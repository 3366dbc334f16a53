namespace ByteVm.Attack;

/// <summary>Guests that wait for their host, at both levels: many at once on few threads, and stopped while they wait.</summary>
public sealed class WaitingGuestTests
{
    private static readonly GuestProgram Program = Guests.Compile(
        """
        extern fn ask(key: string): string = "test.ask"
        extern fn readLine(): string? = "console.read_line"
        fn answers(n: int): string { var all = ""; for i in 0..n { all += ask("${i}") + ";" }; return all }
        fn forever(): string = ask("forever")
        fn line(): string = readLine() ?? "end"
        """);

    public static TheoryData<IsolationLevel> Levels => Guests.Levels;

    [Theory, MemberData(nameof(Levels))]
    public async Task ManyWaitAtOnce(IsolationLevel level)
    {
        GuestInstance[] guests = [.. Enumerable.Range(0, 20).Select(_ => Program.Instantiate(Options(level)))];
        string[] answers = await Task.WhenAll(guests.Select(guest => guest.CallAsync<string>("answers", 5)));
        Assert.All(answers, answer => Assert.Equal("<0>;<1>;<2>;<3>;<4>;", answer));
        Array.ForEach(guests, guest => guest.Dispose());
    }

    [Theory, MemberData(nameof(Levels))]
    public async Task OneThatWaitsIsStopped(IsolationLevel level)
    {
        using GuestInstance guest = Program.Instantiate(Options(level));
        using var cancellation = new CancellationTokenSource(50);
        GuestFault fault = (await Assert.ThrowsAsync<GuestFaultException>(() => guest.CallAsync<string>("forever", cancellation.Token))).Fault;
        Assert.Equal(FaultKind.Interrupted, fault.Kind);
        Assert.Contains("test.forever (test.tarn:4:", fault.ToString());
        Assert.Equal("<0>;", await guest.CallAsync<string>("answers", 1));
        Assert.Equal("typed", guest.Call<string>("line"));
    }

    private static InstanceOptions Options(IsolationLevel level) => Guests.Options(level) with
    {
        MemoryBytes = 1 << 20,
        Console = GuestConsole.To(TextWriter.Null, input: new StringReader("typed\n")),
        HostFunctions = new HostFunctions().RegisterAsync("test.ask", async (string key, CancellationToken stop) =>
        {
            await Task.Delay(key == "forever" ? Timeout.Infinite : 1, stop);
            return $"<{key}>";
        }),
    };
}
