using System.CommandLine;
using System.Diagnostics;
using ByteVm.Host.Worker;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Bench.Worker;

/// <summary>What isolation in worker processes costs.</summary>
internal static class WorkerFigures
{
    private static readonly Option<bool> Quick = new("--quick") { Description = "Fewer runs" };
    private static readonly Option<string?> Only = new Option<string?>("--only") { Description = "One part", HelpName = "PART" }.AcceptOnlyFromAmong("starts", "traps", "deaths", "many", "programs");

    public static Command Create()
    {
        var command = new Command("worker", "What isolation in worker processes costs") { Quick, Only };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        bool quick = options.GetValue(Quick);
        bool Wanted(string part) => (options.GetValue(Only) ?? part) == part;
        ProcessIsolation isolation = ProcessIsolation.Instance;
        Console.WriteLine($"processors {Environment.ProcessorCount}, namespaces {(isolation.HasNamespaces ? "yes" : "no")}, load {File.ReadAllText("/proc/loadavg").Trim()}");
        if (Wanted("starts"))
            Starts(isolation, quick ? 20 : 200);
        if (Wanted("traps"))
            Traps(isolation, quick);
        if (Wanted("deaths"))
            Deaths(isolation, quick ? 10 : 50);
        if (Wanted("programs"))
            LevelRatios.Report(quick ? 3 : 11);
        if (Wanted("many"))
        {
            ManyInstances(IsolationLevel.Cage, quick ? 200 : 1000);
            ManyInstances(IsolationLevel.Process, quick ? 40 : 200);
        }

        return 0;
    }

    private static void Starts(ProcessIsolation isolation, int count)
    {
        Report("spawn to first trap", "µs", Enumerable.Range(0, count).Select(_ => StartOnce(isolation)));
        using GuestProgram program = Compile("fn twice(x: int): int = 2 * x");
        InstanceOptions options = InstanceOptions.Default with { Isolation = IsolationLevel.Process };
        FirstResult(program, options);
        Report("new instance to its first result, nothing ready", "µs", Enumerable.Range(0, count).Select(_ => FirstResult(program, options)));
        var pooled = new List<double>();
        for (int i = 0; i < count; i += 10)
        {
            program.KeepWorkersReady(10, options);
            Thread.Sleep(20);
            for (int k = 0; k < 9; k++)
                pooled.Add(FirstResult(program, options));
        }

        Report("new instance to its first result, worker ready", "µs", pooled);
    }

    private static double StartOnce(ProcessIsolation isolation)
    {
        using var guest = new BareGuest(isolation);
        return guest.Start().TotalMicroseconds;
    }

    private static double FirstResult(GuestProgram program, InstanceOptions options)
    {
        long started = Stopwatch.GetTimestamp();
        using GuestInstance instance = program.Instantiate(options);
        int result = instance.Call<int>("twice", 21);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        return result == 42 ? elapsed.TotalMicroseconds : throw new InvalidOperationException($"the guest answered {result}");
    }

    private static void Traps(ProcessIsolation isolation, bool quick)
    {
        Console.WriteLine("trap round trips, by mechanism and processors");
        TrapAlternatives.Report(isolation, windows: quick ? 20 : 200, count: quick ? 200 : 500);
        using var idle = new BareGuest(isolation);
        idle.Start();
        Console.WriteLine($"{"resident memory of an idle worker",-64} {idle.ResidentKilobytes} kB");
    }

    private static void Deaths(ProcessIsolation isolation, int count)
    {
        var times = new List<double>();
        for (int i = 0; i < count; i++)
        {
            using var guest = new BareGuest(isolation);
            guest.Start();
            times.Add(guest.NoticeDeath().TotalMilliseconds);
        }

        Report("killed to noticed", "ms", times);
        Console.WriteLine($"{"  worst",-64} {times.Max(),10:N3} ms");
    }

    private static void ManyInstances(IsolationLevel level, int count)
    {
        using GuestProgram program = Compile("fn twice(x: int): int { let a = new int[1000]; a[999] = x; return a[999] * 2 }");
        long started = Stopwatch.GetTimestamp();
        var instances = new List<GuestInstance>();
        for (int i = 0; i < count; i++)
            instances.Add(program.Instantiate(InstanceOptions.Default with { Isolation = level }));
        int right = instances.Select((instance, i) => instance.Call<int>("twice", i) == 2 * i ? 1 : 0).Sum();
        right += instances.Select((instance, i) => instance.Call<int>("twice", -i) == -2 * i ? 1 : 0).Sum();
        Console.WriteLine($"{$"{count} instances alive at once, {level}: all answered twice",-64} {(right == 2 * count ? "yes" : "NO")}, {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N0} ms");
        instances.ForEach(i => i.Dispose());
    }

    private static GuestProgram Compile(string source)
    {
        CompilationResult result = TarnCompiler.Compile("bench", new SourceText("bench.tarn", source), new NoSources(), new CompilerOptions { RequireMain = false });
        return GuestProgram.FromModule(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()), new EngineOptions { Engine = EngineKind.Baseline });
    }

    private static void Report(string name, string unit, IEnumerable<double> values)
    {
        double[] all = [.. values];
        Console.WriteLine($"{name,-64} {Statistics.Median(all),10:N3} {unit}   (best {all.Min():N3}, worst {all.Max():N3})");
    }

    private sealed class NoSources : ISourceProvider
    {
        public SourceText? Find(string moduleName) => null;
    }
}
