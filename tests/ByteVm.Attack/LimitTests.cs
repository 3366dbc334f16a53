using System.Diagnostics;
using ByteVm.Runtime.Execution.Limits;
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
        extern fn openRead(path: string): long = "fs.open_read needs fs:read"
        fn openFiles(n: int) { for i in 0..n { openRead("a") } }
        """;

    private const string Ticking =
        """
        extern fn tick(milliseconds: int) = "test.tick"
        extern fn used(): int = "test.used"
        fn work(n: int): int { var s = 0; for i in 0..n { s = s + i }; return s }
        fn spend(milliseconds: int): int { tick(milliseconds); return work(1000) }
        fn tickFourTimes(pause: int) { tick(0); tick(0); tick(pause); tick(0) }
        fn burn(milliseconds: int) { while used() < milliseconds { work(100000) } }
        """;

    private static readonly GuestProgram Program = Guests.Compile(Source);
    private static readonly GuestProgram Clocked = Guests.Compile(Ticking);
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
        GuestFault fault = FaultWithCodeLimit(level, limit - page)!;
        Assert.Equal(FaultKind.LimitExceeded, fault.Kind);
        Assert.Contains("machine code would exceed its limit", fault.Message);
        Assert.StartsWith("at test.f", fault.Frames[0].ToString());
        Assert.Equal("at test.f0 (test.tarn:1:", fault.Frames[^1].ToString()[..24]);
        // Limits are rounded up to pages.
        Assert.Null(FaultWithCodeLimit(level, limit - page + 1));
        Assert.Null(FaultWithCodeLimit(level, limit + 1));
    }

    [Theory, MemberData(nameof(Levels))]
    public void OpenHandles(IsolationLevel level)
    {
        string folder = Directory.CreateTempSubdirectory("bytevm-limits-").FullName;
        File.WriteAllText(Path.Combine(folder, "a"), "a");
        foreach ((int limit, bool fits) in ((int, bool)[])[(4, false), (5, true), (6, true)])
        {
            InstanceOptions options = Guests.Options(level) with
            {
                Limits = new() { OpenHandles = limit },
                WorkingDirectory = folder,
                Capabilities = Capabilities.None.Allow("fs:read=."),
            };
            GuestFault? fault = Fault(Program, options, "openFiles", 5);
            Assert.Equal(fits, fault is null);
            if (fault is not null)
                Assert.Equal((FaultKind.LimitExceeded, "limit exceeded: more than 4 open handles"), (fault.Kind, fault.Message));
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>By a clock that the guest itself moves: to the tick.</summary>
    [Theory, MemberData(nameof(Levels))]
    public void WallClock(IsolationLevel level)
    {
        var limit = TimeSpan.FromMilliseconds(1000);
        foreach ((int used, bool fits) in ((int, bool)[])[(999, true), (1000, true), (1001, false)])
        {
            var time = new ManualTime();
            InstanceOptions options = Guests.Options(level) with { Limits = new() { WallClock = limit }, Time = time, HostFunctions = time.HostFunctions };
            GuestFault? fault = Fault(Clocked, options, "spend", used);
            Assert.Equal(fits, fault is null);
            if (fault is not null)
                Assert.Equal((FaultKind.LimitExceeded, "limit exceeded: the call took longer than 1 s"), (fault.Kind, fault.Message));
        }
    }

    [Theory, MemberData(nameof(Levels))]
    public void TrapsAreCountedBySecond(IsolationLevel level)
    {
        foreach ((int limit, int pause, bool fits) in ((int, int, bool)[])[(3, 999, false), (3, 1000, true), (3, 1001, true)])
        {
            var time = new ManualTime();
            InstanceOptions options = Guests.Options(level) with { Limits = new() { TrapsPerSecond = limit }, Time = time, HostFunctions = time.HostFunctions };
            Assert.Equal(fits, Fault(Clocked, options, "tickFourTimes", pause) is null);
        }
    }

    /// <summary>The watch looks every 10 ms, so a guest may use a little more than its limit, never less.</summary>
    [Theory, MemberData(nameof(Levels))]
    public void CpuTime(IsolationLevel level)
    {
        foreach ((int milliseconds, bool fits) in ((int, bool)[])[(150, true), (1000, false)])
        {
            GuestInstance? guest = null;
            ThreadCpuClock? thread = null;
            TimeSpan before = default;
            TimeSpan Worker() => (guest!.Instance.ProcessorState as IGuestProcess)?.CpuTime ?? TimeSpan.Zero;
            var functions = new HostFunctions().Register("test.tick", (int _) => { }).Register("test.used", () =>
            {
                thread ??= new ThreadCpuClock();
                if (before == default)
                    before = thread.Now + Worker();
                return (int)(thread.Now + Worker() - before).TotalMilliseconds;
            });
            using (guest = Clocked.Instantiate(Guests.Options(level) with { Limits = new() { CpuTime = TimeSpan.FromMilliseconds(200) }, HostFunctions = functions }))
            {
                GuestFault? fault = Guests.FaultOf(guest, "burn", milliseconds);
                Assert.Equal(fits, fault is null);
                if (fault is not null)
                    Assert.Equal((FaultKind.LimitExceeded, "limit exceeded: the call used more than 0.2 s of CPU time"), (fault.Kind, fault.Message));
            }
        }
    }

    [Fact]
    public void LimitsOutOfRangeAreRefused()
    {
        Refuses(o => o with { MemoryBytes = InstanceOptions.MaxMemoryBytes + 1 }, "MemoryBytes is 2,147,483,649; it must lie between 0 and 2,147,483,648");
        Refuses(o => o with { MemoryBytes = -1 }, "MemoryBytes is -1");
        Refuses(o => o with { StackBytes = InstanceOptions.MinStackBytes - 1 }, "StackBytes is 4,095; it must lie between 4,096 and");
        Refuses(o => o with { StackBytes = InstanceOptions.MaxStackBytes + 1 }, "StackBytes is");
        Refuses(o => o with { Limits = new() { OutputBytes = -1 } }, "OutputBytes is -1");
        Refuses(o => o with { Limits = new() { OpenHandles = ResourceLimits.MaxOpenHandles + 1 } }, "OpenHandles is 1,048,577");
        Refuses(o => o with { Limits = new() { TrapsPerSecond = -1 } }, "TrapsPerSecond is -1");
        Refuses(o => o with { Limits = new() { WallClock = TimeSpan.FromTicks(-1) } }, "WallClock is -1");
        Program.Instantiate(InstanceOptions.Default with { MemoryBytes = InstanceOptions.MaxMemoryBytes }).Dispose();
    }

    private static void Refuses(Func<InstanceOptions, InstanceOptions> change, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Program.Instantiate(change(InstanceOptions.Default))).Message);

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
