namespace ByteVm.Tests.Embedding;

/// <summary>What an embedder hears of a guest's exceptions, and what a guest cannot catch.</summary>
public sealed class ExceptionTests
{
    private const string Source =
        """
        class Refused(message: string, let code: int): Exception(message)

        fn refuse(code: int): int {
            if code != 0 {
                throw Refused("not today", code)
            }
            return 1
        }

        fn again(n: int): int {
            try {
                return refuse(n)
            } finally {
                refuse(0)
            }
        }

        fn divide(n: int): int {
            try {
                return 10 / n
            } finally {
                refuse(0)
            }
        }

        fn forever(): int {
            while true {
                try {
                    throw Exception("again")
                } catch {
                }
            }
        }

        fn clinging(): int {
            while true {
                try {
                    refuse(1)
                    forever()
                } catch e: Exception {
                }
            }
        }

        fn deep(n: int): int {
            try {
                return deep(n + 1)
            } catch e: StackOverflowException {
                return n
            }
        }
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory, MemberData(nameof(Engines))]
    public void AnUncaughtExceptionIsReportedWithClassMessageAndTrace(EngineKind engine) => WithGuest(engine, guest =>
    {
        foreach (string function in (string[])["refuse", "again"])
        {
            GuestFault fault = Guests.Fault(() => guest.Call<int>(function, 5));
            Assert.Equal((FaultKind.UncaughtException, "test.Refused", "not today"), (fault.Kind, fault.ExceptionType, fault.ExceptionMessage));
            Assert.Equal("uncaught test.Refused: not today", fault.Message);
            Assert.Equal(new GuestStackFrame("test.refuse", "test.tarn", 5, 9), fault.Frames[0]);
            Assert.Equal(1, guest.Call<int>(function, 0));
        }
    });

    [Theory, MemberData(nameof(Engines))]
    public void AFaultThatAFinallyPassedOnKeepsItsKind(EngineKind engine) => WithGuest(engine, guest =>
    {
        GuestFault fault = Guests.Fault(() => guest.Call<int>("divide", 0));
        Assert.Equal((FaultKind.DivisionByZero, "division by zero"), (fault.Kind, fault.Message));
        Assert.Equal(20, fault.Frames[0].Line);
    });

    [Theory, MemberData(nameof(Engines))]
    public void ALoopOfThrowsStopsWhenAsked(EngineKind engine) => WithGuest(engine, guest =>
    {
        foreach (string function in (string[])["forever", "clinging"])
        {
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
            Assert.Equal(FaultKind.Interrupted, Guests.Fault(() => guest.Call<int>(function, cancellation.Token)).Kind);
        }
    });

    [Theory, MemberData(nameof(Engines))]
    public void BeingOutOfFuelIsNotCaught(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine, metered: true);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { Fuel = 100_000 });
        Assert.Equal(FaultKind.OutOfFuel, Guests.Fault(() => guest.Call<int>("clinging")).Kind);
    }

    [Fact]
    public void StackOverflowsAreCaughtAtTheSameDepthByEveryEngine()
    {
        int[] depths = [.. Engines.Select(row => { int depth = 0; WithGuest(row.Data, guest => depth = guest.Call<int>("deep", 0) + guest.Call<int>("deep", 0)); return depth; })];
        Assert.True(depths[0] > 1000);
        Assert.Single(depths.Distinct());
    }

    private static void WithGuest(EngineKind engine, Action<GuestInstance> test)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using GuestInstance guest = program.Instantiate();
        test(guest);
    }
}
