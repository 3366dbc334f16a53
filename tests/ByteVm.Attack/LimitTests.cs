using System.Diagnostics;
using ByteVm.Memory.Layout;

namespace ByteVm.Attack;

/// <summary>Each limit at both isolation levels: one below what the guest needs, just that, and one above.</summary>
public sealed class LimitTests
{
    private const string Source =
        """
        fn allocate(length: int): int = (new byte[length]).length
        fn depth(n: int): int = if n == 0 { 0 } else { 1 + depth(n - 1) }
        fn write(n: int) { for i in 0..n { print("0123456789") } }
        fn spin(): int { var i = 0; while true { i = i + 1 }; return i }
        fn work(n: int): int { var s = 0; for i in 0..n { s = s + i }; return s }
        """;

    private static readonly GuestProgram Program = Guests.Compile(Source);
    private static readonly GuestProgram Metered = Guests.Compile(Source, new EngineOptions { Engine = EngineKind.Baseline, Metered = true });

    public static TheoryData<IsolationLevel> Levels => Guests.Levels;

    [Theory, MemberData(nameof(Levels))]
    public void Memory(IsolationLevel level)
    {
        const int length = 100_000;
        long needed = ObjectLayout.ArrayBytes(length, 1);
        Assert.Null(Fault(Program, Guests.Options(level) with { MemoryBytes = needed }, "allocate", length));
        Assert.Null(Fault(Program, Guests.Options(level) with { MemoryBytes = needed + 1 }, "allocate", length));
        GuestFault fault = Fault(Program, Guests.Options(level) with { MemoryBytes = needed - 1 }, "allocate", length)!;
        Assert.Equal(FaultKind.OutOfMemory, fault.Kind);
        Assert.Contains("live objects exceed the limit of", fault.Message);
    }

    [Theory, MemberData(nameof(Levels))]
    public void Fuel(IsolationLevel level)
    {
        long needed;
        using (GuestInstance probe = Metered.Instantiate(Guests.Options(level)))
        {
            long before = probe.FuelUsed;
            probe.Call("work", 1000);
            needed = probe.FuelUsed - before;
        }

        Assert.Null(Fault(Metered, Guests.Options(level) with { Fuel = needed }, "work", 1000));
        Assert.Null(Fault(Metered, Guests.Options(level) with { Fuel = needed + 1 }, "work", 1000));
        GuestFault fault = Fault(Metered, Guests.Options(level) with { Fuel = needed - 1 }, "work", 1000)!;
        Assert.Equal(FaultKind.OutOfFuel, fault.Kind);
        Assert.Contains("units is used up", fault.Message);
    }

    [Fact]
    public void StackDepthIsTheSameAtBothLevels()
    {
        InstanceOptions small = InstanceOptions.Default with { StackBytes = 32 * 1024 };
        int deepest = DeepestCall(small);
        foreach (IsolationLevel level in Guests.Levels.Select(l => l.Data))
        {
            InstanceOptions options = small with { Isolation = level };
            Assert.Null(Fault(Program, options, "depth", deepest - 1));
            Assert.Null(Fault(Program, options, "depth", deepest));
            GuestFault fault = Fault(Program, options, "depth", deepest + 1)!;
            Assert.Equal(FaultKind.StackOverflow, fault.Kind);
            Assert.Contains("calls nest too deep for the stack of", fault.Message);
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void OutputBytes(IsolationLevel level)
    {
        foreach ((long limit, bool fits) in ((long, bool)[])[(29, false), (30, true), (31, true)])
        {
            using var output = new StringWriter();
            InstanceOptions options = Guests.Options(level) with { Console = GuestConsole.To(output), Limits = new() { OutputBytes = limit } };
            GuestFault? fault = Fault(Program, options, "write", 3);
            Assert.Equal(fits, fault is null);
            Assert.Equal(fits ? 30 : 20, output.ToString().Length);
            if (fault is not null)
                Assert.Equal((FaultKind.LimitExceeded, true), (fault.Kind, fault.Message.Contains("more than 29 bytes of output", StringComparison.Ordinal)));
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void TrapsPerSecond(IsolationLevel level)
    {
        using GuestInstance probe = Program.Instantiate(Guests.Options(level));
        probe.Call("write", 10);
        int needed = (int)probe.Statistics.Services;
        Assert.Null(Fault(Program, Guests.Options(level) with { Limits = new() { TrapsPerSecond = needed } }, "write", 10));
        Assert.Null(Fault(Program, Guests.Options(level) with { Limits = new() { TrapsPerSecond = needed + 1 } }, "write", 10));
        GuestFault fault = Fault(Program, Guests.Options(level) with { Limits = new() { TrapsPerSecond = needed - 1 } }, "write", 10)!;
        Assert.Equal((FaultKind.LimitExceeded, $"limit exceeded: more than {needed - 1:N0} traps in a second"), (fault.Kind, fault.Message));
    }

    [Theory, MemberData(nameof(Levels))]
    public void WallClockAndCpuTime(IsolationLevel level)
    {
        foreach (ResourceLimits limits in (ResourceLimits[])[new() { WallClock = TimeSpan.FromMilliseconds(150) }, new() { CpuTime = TimeSpan.FromMilliseconds(150) }])
        {
            long started = Stopwatch.GetTimestamp();
            GuestFault fault = Fault(Program, Guests.Options(level) with { Limits = limits }, "spin")!;
            Assert.Equal(FaultKind.LimitExceeded, fault.Kind);
            Assert.Contains("0.15 s", fault.Message);
            Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(140));
            Assert.Null(Fault(Program, Guests.Options(level) with { Limits = limits with { WallClock = TimeSpan.FromMinutes(1) } }, "work", 10));
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void CodeBytes(IsolationLevel level)
    {
        const long page = 4096;
        long limit = page;
        while (FaultWithCodeLimit(level, limit) is not null)
            limit += page;
        Assert.True(limit > page, "the program is too small to test with");
        GuestFault fault = FaultWithCodeLimit(level, limit - 1 - page)!;
        Assert.Equal(FaultKind.LimitExceeded, fault.Kind);
        Assert.Contains("machine code would exceed its limit", fault.Message);
        Assert.Null(FaultWithCodeLimit(level, limit + 1));
    }

    /// <summary>Whatever calls something long enough to need more than a page.</summary>
    private static GuestFault? FaultWithCodeLimit(IsolationLevel level, long limit)
    {
        string functions = string.Concat(Enumerable.Range(0, 60).Select(i => $"fn f{i}(x: int): int = x * {i} + x / 3 + x % 7 + (x << 2) + f{i + 1}(x)\n"));
        using GuestProgram program = Guests.Compile(functions + "fn f60(x: int): int = x", new EngineOptions { Engine = EngineKind.Baseline, CodeBytes = limit });
        return Fault(program, Guests.Options(level), "f0", 1);
    }

    private static int DeepestCall(InstanceOptions options)
    {
        int low = 0, high = 100_000;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (Fault(Program, options, "depth", middle) is null)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private static GuestFault? Fault(GuestProgram program, InstanceOptions options, string function, params GuestValue[] arguments)
    {
        using GuestInstance instance = program.Instantiate(options);
        return Guests.FaultOf(instance, function, arguments);
    }
}
