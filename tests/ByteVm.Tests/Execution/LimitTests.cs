using ByteVm.Memory;
using System.Diagnostics;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Execution;

public sealed class LimitTests
{
    private const string Work =
        """
        class Node(let next: Node?) { }

        fn sum(n: int): int {
            var s = 0
            for i in 0..n {
                s = s + i
            }
            return s
        }

        fn spin() {
            while true { }
        }

        fn recurse(n: int): int = if n < 2 { n } else { recurse(n - 1) + recurse(n - 2) }

        fn leak() {
            var head: Node? = null
            while true {
                head = Node(head)
            }
        }

        fn litter(n: int): int {
            var i = 0
            while i < n {
                let s = "garbage ${i}"
                i = i + s.length / s.length
            }
            return i
        }
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory, MemberData(nameof(Engines))]
    public void FuelIsCountedAndEnds(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Work, engine, metered: true);
        using GuestInstance guest = program.Instantiate();
        guest.Call<int>("sum", 100);
        long hundred = guest.FuelUsed;
        guest.Call<int>("sum", 200);
        Assert.InRange(guest.FuelUsed - hundred, hundred + 100, 3 * hundred);

        using GuestInstance limited = program.Instantiate(new InstanceOptions { Fuel = 1000 });
        GuestFault fault = Guests.Fault(() => limited.Call("spin"));
        Assert.Equal("out of fuel: the limit of 1,000 units is used up", fault.Message);
        Assert.Equal("test.spin", fault.Frames[0].Function);
        Assert.InRange(limited.FuelUsed, 990, 1000);
    }

    [Theory, MemberData(nameof(Engines))]
    public void AGuestOutOfFuelGoesOnWithMore(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Work, engine, metered: true);
        using GuestInstance free = program.Instantiate();
        int expected = free.Call<int>("sum", 10_000);

        using GuestInstance guest = program.Instantiate(new InstanceOptions { Fuel = 10 });
        int stops = 0;
        int? result = null;
        try
        {
            result = guest.Call<int>("sum", 10_000);
        }
        catch (GuestFaultException)
        {
            for (stops = 1; result is null; stops++)
                result = ResumeWith(guest, fuel: 777);
        }

        Assert.True(stops > 10);
        Assert.Equal(expected, result);
        Assert.Equal(free.FuelUsed, guest.FuelUsed);
    }

    [Fact]
    public void AFuelLimitNeedsAMeteredProgram()
    {
        using GuestProgram program = Guests.Tarn(Work);
        Assert.Contains("Metered = true", Assert.Throws<InstantiationException>(() => program.Instantiate(new InstanceOptions { Fuel = 1 })).Message);
    }

    [Theory, MemberData(nameof(Engines))]
    public void InterruptEndsALoopAtOnce(EngineKind engine) => Interrupted(engine, guest => guest.Call("spin"), "test.spin");

    /// <summary>There is no loop in it, hence no poll: the call's stack check does it.</summary>
    [Theory, MemberData(nameof(Engines))]
    public void InterruptEndsARecursionAtOnce(EngineKind engine) => Interrupted(engine, guest => guest.Call<int>("recurse", 60), "test.recurse");

    [Theory, MemberData(nameof(Engines))]
    public void TheMemoryLimitCountsWhatIsAlive(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Work, engine);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { MemoryBytes = 1 << 20 });
        Assert.Equal(200_000, guest.Call<int>("litter", 200_000));
        Assert.True(guest.Statistics.BytesAllocated > 5 << 20);
        GuestFault fault = Guests.Fault(() => guest.Call("leak"));
        Assert.Equal("out of memory: live objects exceed the limit of 1 MiB", fault.Message);
        Assert.Equal("test.leak", fault.Frames[0].Function);
        Assert.Equal(10, guest.Call<int>("litter", 10));
    }

    [Theory, MemberData(nameof(Engines))]
    public void StressGivesTheSameResults(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Work, engine);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { GcStress = GcStress.Safepoints });
        Assert.Equal(50, guest.Call<int>("litter", 50));
        Assert.True(guest.Statistics.Heap.Collections > 100);
    }

    private static int? ResumeWith(GuestInstance guest, long fuel)
    {
        guest.AddFuel(fuel);
        try
        {
            return guest.Resume<int>();
        }
        catch (GuestFaultException e) when (e.CanResume)
        {
            return null;
        }
    }

    private static void Interrupted(EngineKind engine, Action<GuestInstance> call, string function)
    {
        using GuestProgram program = Guests.Tarn(Work, engine);
        using GuestInstance guest = program.Instantiate();
        long interruptedAt = 0;
        using var timer = new Timer(_ =>
        {
            interruptedAt = Stopwatch.GetTimestamp();
            guest.Interrupt();
        }, null, dueTime: 100, Timeout.Infinite);
        GuestFault fault = Guests.Fault(() => call(guest));
        Assert.Equal(FaultKind.Interrupted, fault.Kind);
        Assert.Equal(function, fault.Frames[0].Function);
        Assert.True(Stopwatch.GetElapsedTime(interruptedAt) < TimeSpan.FromSeconds(1));
        Assert.Equal(3, guest.Call<int>("sum", 3));
    }
}
