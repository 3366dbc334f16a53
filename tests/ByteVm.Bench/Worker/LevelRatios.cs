using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using ByteVm.Host.Worker;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Bench.Worker;

/// <summary>
/// What programs take in a process of their own, compared with the cage: runs by turns, the median of each. Programs run for some hundred
/// milliseconds, so that starting and the first touch of memory do not dominate. Processor time of both sides says more than the clock where others
/// run, too; page faults say why.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LevelRatios
{
    private static readonly (string Name, string Argument)[] ComputeBound =
    [
        ("nbody", "3000000"), ("spectralnorm", "1300"), ("fannkuch", "10"), ("matmul", "450"), ("sieve", "20000000"), ("nqueens", "13"),
    ];

    private static readonly (string Name, string Argument)[] Allocating = [("binarytrees", "16"), ("sort", "400000")];

    public static void Report(int runs)
    {
        Report("compute-bound", ComputeBound, runs);
        Report("allocating", Allocating, runs);
    }

    private static void Report(string title, (string Name, string Argument)[] programs, int runs)
    {
        var ratios = new List<double>();
        Console.WriteLine($"{title,-24} {"processor time, ms",26} {"",8} {"clock, ms",21} {"",8} {"page faults",17}");
        Console.WriteLine($"{"",-24} {"cage",12} {"process",13} {"ratio",8} {"cage",10} {"process",10} {"ratio",8} {"cage",8} {"process",8}");
        foreach ((string name, string argument) in programs)
        {
            using GuestProgram program = Load(name);
            List<Cost> cage = [], process = [];
            Measure(program, IsolationLevel.Cage, argument); // compiles it
            for (int run = 0; run < runs; run++)
            {
                cage.Add(Measure(program, IsolationLevel.Cage, argument));
                process.Add(Measure(program, IsolationLevel.Process, argument));
            }

            ratios.Add(Print(name + " " + argument, Cost.Median(cage), Cost.Median(process)));
        }

        Console.WriteLine($"  {"geometric mean",-22} {"",26} {Statistics.GeometricMean(ratios),8:N3}");
    }

    private static double Print(string name, Cost cage, Cost process)
    {
        double ratio = process.Processor / cage.Processor;
        Console.WriteLine($"  {name,-22} {cage.Processor,12:N2} {process.Processor,13:N2} {ratio,8:N3} {cage.Clock,10:N2} {process.Clock,10:N2} {process.Clock / cage.Clock,8:N3} {cage.Faults,8:N0} {process.Faults,8:N0}");
        return ratio;
    }

    private static Cost Measure(GuestProgram program, IsolationLevel level, string argument)
    {
        if (level == IsolationLevel.Process)
            program.KeepWorkersReady(1);
        using GuestInstance instance = program.Instantiate(InstanceOptions.Default with { Isolation = level, Arguments = [argument] });
        if (level == IsolationLevel.Process)
            program.KeepWorkersReady(0);
        // An initializer has taken the worker already.
        WorkerProcess? worker = (instance.Instance.ProcessorState as WorkerSession)?.Worker ?? (instance.Instance.Memory as ReadyMemory)?.Worker?.Process;
        long started = Stopwatch.GetTimestamp();
        Cost before = Used(worker);
        instance.RunMain();
        Cost after = Used(worker);
        return new Cost(after.Processor - before.Processor, Stopwatch.GetElapsedTime(started).TotalMilliseconds, after.Faults - before.Faults);
    }

    /// <summary>By this process and its worker so far.</summary>
    private static Cost Used(WorkerProcess? worker) => new(
        (Environment.CpuUsage.TotalTime + (worker?.CpuTime ?? default)).TotalMilliseconds,
        0,
        MinorFaults("self") + (worker is null ? 0 : MinorFaults(worker.Id.ToString(CultureInfo.InvariantCulture))));

    private static long MinorFaults(string process)
    {
        const int minorFaults = 7; // behind the name, which may hold spaces
        string line = File.ReadAllText($"/proc/{process}/stat");
        return long.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[minorFaults], CultureInfo.InvariantCulture);
    }

    /// <param name="Processor">Milliseconds.</param>
    /// <param name="Clock">Milliseconds.</param>
    /// <param name="Faults">Page faults that needed no disk.</param>
    private readonly record struct Cost(double Processor, double Clock, double Faults)
    {
        public static Cost Median(List<Cost> costs) => new(
            Statistics.Median([.. costs.Select(c => c.Processor)]),
            Statistics.Median([.. costs.Select(c => c.Clock)]),
            Statistics.Median([.. costs.Select(c => c.Faults)]));
    }

    private static GuestProgram Load(string name)
    {
        string path = Path.Combine(BenchFiles.Folder, "..", "..", "examples", name + ".tarn");
        CompilationResult result = TarnCompiler.Compile(name, new SourceText(path, File.ReadAllText(path)), new DirectorySources(Path.GetDirectoryName(path)!), new CompilerOptions());
        return GuestProgram.FromModule(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()), new EngineOptions { Engine = EngineKind.Baseline });
    }
}
