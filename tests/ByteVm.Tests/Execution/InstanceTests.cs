using System.Diagnostics;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Execution;

public sealed class InstanceTests(ITestOutputHelper output)
{
    private const int Instances = 100;
    private const int Threads = 4;

    private const string Source =
        """
        var counter = 0
        var names: string[] = ["a", "b"]
        fn next(by: int): string { counter = counter + by; return "${names[counter % 2]}${counter}" }
        fn fibonacci(n: int): int = if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
        """;

    public static TheoryData<EngineKind> Engines => Guests.Engines;

    /// <summary>One program, many instances on many threads: after the first, nothing is linked or compiled, and none sees another's globals.</summary>
    [Theory, MemberData(nameof(Engines))]
    public void InstancesShareCodeAndNothingElse(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using (GuestInstance first = program.Instantiate())
            Exercise(first, 1);
        Prepared before = Prepared.Of(program.Linked);

        var failures = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() => RunInstances(program, t, failures)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Empty(failures);
        Assert.Equal(before, Prepared.Of(program.Linked));
    }

    [Theory, MemberData(nameof(Engines))]
    public void AnInstanceIsCheap(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        program.Instantiate().Dispose();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Instances; i++)
            program.Instantiate().Dispose();
        TimeSpan each = Stopwatch.GetElapsedTime(started) / Instances;
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Instances;
        output.WriteLine($"{engine}: {each.TotalMicroseconds:N0} µs and {bytes:N0} managed bytes per instance, initializer and disposal included");
        Assert.True(bytes < 20_000);
    }

    [Fact]
    public void AProgramLivesAsLongAsItsInstances()
    {
        GuestProgram program = Guests.Tarn(Source);
        using GuestInstance guest = program.Instantiate();
        program.Dispose();
        Assert.Equal("b1", guest.Call<string>("next", 1));
        Assert.Throws<ObjectDisposedException>(() => program.Instantiate());
    }

    [Fact]
    public void ADisposedInstanceRefusesCalls()
    {
        using GuestProgram program = Guests.Tarn(Source);
        GuestInstance guest = program.Instantiate();
        guest.Dispose();
        guest.Dispose();
        guest.Interrupt();
        Assert.Throws<ObjectDisposedException>(() => guest.Call<int>("fibonacci", 1));
    }

    private static void RunInstances(GuestProgram program, int thread, List<Exception> failures)
    {
        try
        {
            for (int i = 0; i < Instances / Threads; i++)
            {
                using GuestInstance guest = program.Instantiate();
                Exercise(guest, 1 + thread);
            }
        }
        catch (Exception e)
        {
            lock (failures)
                failures.Add(e);
        }
    }

    private static void Exercise(GuestInstance guest, int by)
    {
        Assert.Equal(55, guest.Call<int>("fibonacci", 10));
        for (int i = 1; i <= 5; i++)
            Assert.Equal($"{(i * by % 2 == 0 ? "a" : "b")}{i * by}", guest.Call<string>("next", by));
    }

    /// <summary>What a program has prepared: any linking, layout or compiling for an instance would show.</summary>
    private sealed record Prepared(int Functions, int LinkedFunctions, uint Metadata)
    {
        public static Prepared Of(LinkedProgram program) => new(program.Functions.Count, program.Functions.Count(IsLinked), program.Metadata.Used);

        private static unsafe bool IsLinked(LinkedFunction function) => function.Code != null;
    }
}
