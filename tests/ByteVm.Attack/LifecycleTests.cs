using System.Diagnostics;
using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Attack;

/// <summary>Workers that die at any moment, hosts that die, and what is left of either.</summary>
public sealed unsafe class LifecycleTests
{
    private const string Source =
        """
        fn count(n: int): int { var s = 0; for i in 0..n { print("${i}\n"); s = s + i }; return s }
        fn spin(): int { var i = 0; while true { i = i + 1 }; return i }
        fn fill(n: int): int { var s = 0; for i in 0..n { s = s + (new byte[1000]).length }; return s }
        """;

    internal static readonly GuestProgram Program = Guests.Compile(Source);

    [Fact]
    public void KilledAtEachTrap()
    {
        using GuestInstance other = Program.Instantiate(Guests.Options(IsolationLevel.Process));
        int traps = 0;
        RunAndKillAt(int.MaxValue, ref traps);
        int last = traps;
        Assert.True(last > 5);
        for (int at = 1; at <= last; at++)
        {
            traps = 0;
            GuestFault fault = RunAndKillAt(at, ref traps)!;
            Assert.Equal((FaultKind.WorkerDied, at), (fault.Kind, traps));
            Assert.Equal(45, other.Call<int>("count", 10));
        }
    }

    [Fact]
    public void KilledAtRandomTimesItIsNoticedAtOnceAndOnlyItsInstanceIsLost()
    {
        var random = new Random(4);
        using GuestInstance other = Program.Instantiate(Guests.Options(IsolationLevel.Process));
        TimeSpan soonest = TimeSpan.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            using GuestInstance instance = Program.Instantiate(Guests.Options(IsolationLevel.Process));
            Assert.Equal(45, instance.Call<int>("count", 10));
            WorkerProcess worker = WorkerOf(instance);
            long killed = 0;
            using var killer = new Timer(
                _ =>
                {
                    killed = Stopwatch.GetTimestamp();
                    worker.Kill();
                },
                null, random.Next(1, 20), Timeout.Infinite);
            GuestFault fault = Guests.FaultOf(instance, "spin")!;
            TimeSpan noticed = Stopwatch.GetElapsedTime(killed);
            Assert.True(noticed < TimeSpan.FromSeconds(1));
            soonest = noticed < soonest ? noticed : soonest;
            Assert.Equal(FaultKind.WorkerDied, fault.Kind);
            Assert.Equal("worker died: it was killed (SIGKILL)", fault.Message);
            Assert.Equal(FaultKind.WorkerDied, Guests.FaultOf(instance, "count", 1)!.Kind);
            Assert.Equal(45, other.Call<int>("count", 10));
        }

        // Not each time: the machine may be busy.
        Assert.True(soonest < TimeSpan.FromMilliseconds(10), $"noticed after {soonest.TotalMilliseconds} ms at best");
    }

    [Fact]
    public void AnInterruptedGuestStopsAndGoesOnToBeUsed()
    {
        using GuestInstance instance = Program.Instantiate(Guests.Options(IsolationLevel.Process));
        using var interrupt = new Timer(_ => instance.Interrupt(), null, 20, Timeout.Infinite);
        Assert.Equal(FaultKind.Interrupted, Guests.FaultOf(instance, "spin")!.Kind);
        Assert.Equal(45, instance.Call<int>("count", 10));
    }

    [Fact]
    public void ANewInstanceFindsNothingOfTheOneBefore()
    {
        for (int i = 0; i < 5; i++)
        {
            using GuestInstance instance = Program.Instantiate(Guests.Options(IsolationLevel.Process));
            Cage cage = instance.Instance.Cage;
            instance.Call("fill", 1);
            Span<byte> heap = new(cage.Base + cage.PermanentEnd + 64 * 1024, 64 * 1024);
            cage.Commit(cage.PermanentEnd, cage.PermanentEnd + 128 * 1024);
            Assert.False(heap.ContainsAnyExcept((byte)0), "memory of an earlier instance shows");
            heap.Fill(0xA5);
            Span<byte> stack = new(instance.Instance.Stack.Limit, 4096);
            Assert.False(stack.ContainsAnyExcept((byte)0));
            stack.Fill(0xA5);
        }
    }

    [Fact]
    public void AHostThatIsKilledLeavesNoWorker()
    {
        // Within 100 ms; not each time, as the machine may be busy.
        TimeSpan soonest = TimeSpan.MaxValue;
        for (int i = 0; i < 5 && soonest > TimeSpan.FromMilliseconds(100); i++)
        {
            TimeSpan ended = KillAHost();
            soonest = ended < soonest ? ended : soonest;
        }

        Assert.True(soonest <= TimeSpan.FromMilliseconds(100), $"a worker outlived its host by {soonest.TotalMilliseconds} ms");
    }

    /// <summary>200 workers at once, each with a heap, all answering.</summary>
    [Fact]
    public void ManyWorkersLiveAtOnce()
    {
        const int count = 200;
        List<GuestInstance> instances = [.. Enumerable.Range(0, count).Select(_ => Program.Instantiate(Guests.Options(IsolationLevel.Process)))];
        for (int round = 1; round <= 2; round++)
            Assert.All(instances, instance => Assert.Equal(round * 1000, instance.Call<int>("fill", round)));
        Assert.Equal(count, instances.Select(i => WorkerOf(i).Id).Distinct().Count());
        instances.ForEach(i => i.Dispose());
    }

    /// <returns>How long its worker outlived it.</returns>
    private static TimeSpan KillAHost()
    {
        using Process host = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, HoldScenario) { RedirectStandardOutput = true })!;
        int worker = int.Parse(host.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Directory.Exists($"/proc/{worker}"));
        host.Kill();
        long killed = Stopwatch.GetTimestamp();
        while (IsAlive(worker) && Stopwatch.GetElapsedTime(killed) < TimeSpan.FromSeconds(5))
            Thread.Sleep(1);
        Assert.False(IsAlive(worker), "the worker outlived its host");
        return Stopwatch.GetElapsedTime(killed);
    }

    /// <summary>What the child of the test above does: it holds a worker whose guest runs for ever.</summary>
    public const string HoldScenario = "--hold-a-worker";

    public static int HoldAWorker()
    {
        using GuestInstance instance = Program.Instantiate(Guests.Options(IsolationLevel.Process));
        Console.WriteLine(WorkerAfterCall(instance).Id);
        instance.Call("spin");
        return 0;
    }

    /// <summary>Where a system forbids namespaces the rest holds by itself.</summary>
    [Fact]
    public void AWorkerWithoutNamespacesCanDoNothingEither()
    {
        using var worker = new RawWorker(new WorkerSpawner(ProcessIsolation.Instance.Image, namespaces: false).Start());
        worker.Load(c => c.SystemCall(39));
        Assert.False(worker.Run());
        Assert.True(worker.Process.Reap().ByForbiddenSystemCall);
    }

    [Fact]
    public void AWorkerThatCannotBeCompletedIsRefused()
    {
        using var context = new ContextPage(shared: true);
        using WorkerProcess worker = ProcessIsolation.Instance.Start();
        SharedRange range = context.Shared;
        // The image's own address is taken: the worker must say so, not run without.
        SharedRange[] ranges = [range, range with { Address = (ulong)WorkerLayout.ImageStart }];
        IsolationException e = Assert.Throws<IsolationException>(() => worker.Attach(ranges, timestampCounter: false));
        Assert.Contains(nameof(WorkerStep.MapSharedMemory), e.Message);
    }

    private static GuestFault? RunAndKillAt(int trap, ref int traps)
    {
        int seen = 0;
        GuestInstance? instance = null;
        using GuestInstance made = instance = Program.Instantiate(Guests.Options(IsolationLevel.Process) with
        {
            TraceTraps = _ =>
            {
                if (++seen == trap)
                    WorkerOf(instance!).Kill();
            },
        });
        GuestFault? fault = Guests.FaultOf(made, "count", 10);
        traps = seen;
        return fault;
    }

    internal static WorkerProcess WorkerAfterCall(GuestInstance instance)
    {
        instance.Call("count", 1);
        return WorkerOf(instance);
    }

    private static WorkerProcess WorkerOf(GuestInstance instance) => ((WorkerSession)instance.Instance.ProcessorState!).Worker;

    private static bool IsAlive(int process)
    {
        string status = $"/proc/{process}/stat";
        return File.Exists(status) && !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
    }
}
