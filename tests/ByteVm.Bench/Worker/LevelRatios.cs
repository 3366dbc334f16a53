using System.Runtime.Versioning;
using ByteVm.Host.Worker;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Bench.Worker;

/// <summary>What programs take in a process of their own, compared with the cage: runs by turns, the best of each. Processor time of both sides, which says more than the clock where others run, too.</summary>
[SupportedOSPlatform("linux")]
internal static class LevelRatios
{
    private static readonly (string Name, string Argument)[] ComputeBound =
    [
        ("nbody", "500000"), ("spectralnorm", "500"), ("fannkuch", "9"), ("matmul", "250"), ("sieve", "5000000"), ("nqueens", "11"),
    ];

    private static readonly (string Name, string Argument)[] Allocating = [("binarytrees", "14"), ("sort", "200000")];

    public static void Report(int runs)
    {
        Report("compute-bound", ComputeBound, runs);
        Report("allocating", Allocating, runs);
    }

    private static void Report(string title, (string Name, string Argument)[] programs, int runs)
    {
        var ratios = new List<double>();
        Console.WriteLine($"{title}: cage, process, ratio");
        foreach ((string name, string argument) in programs)
        {
            using GuestProgram program = Load(name);
            (double cage, double process) = (double.MaxValue, double.MaxValue);
            for (int run = 0; run < runs; run++)
            {
                cage = Math.Min(cage, Milliseconds(program, IsolationLevel.Cage, argument));
                process = Math.Min(process, Milliseconds(program, IsolationLevel.Process, argument));
            }

            ratios.Add(process / cage);
            Console.WriteLine($"  {name + " " + argument,-24} {cage,10:N2} ms {process,10:N2} ms {process / cage,8:N3}");
        }

        Console.WriteLine($"  {"geometric mean",-24} {"",28} {Statistics.GeometricMean(ratios),8:N3}");
    }

    private static double Milliseconds(GuestProgram program, IsolationLevel level, string argument)
    {
        if (level == IsolationLevel.Process)
            program.KeepWorkersReady(1);
        using GuestInstance instance = program.Instantiate(InstanceOptions.Default with { Isolation = level, Arguments = [argument] });
        if (level == IsolationLevel.Process)
            program.KeepWorkersReady(0);
        // An initializer has taken the worker already.
        WorkerProcess? worker = (instance.Instance.ProcessorState as WorkerSession)?.Worker ?? (instance.Instance.Memory as ReadyMemory)?.Worker?.Process;
        TimeSpan before = Environment.CpuUsage.TotalTime + (worker?.CpuTime ?? default);
        instance.RunMain();
        return (Environment.CpuUsage.TotalTime + (worker?.CpuTime ?? default) - before).TotalMilliseconds;
    }

    private static GuestProgram Load(string name)
    {
        string path = Path.Combine(BenchFiles.Folder, "..", "..", "examples", name + ".tarn");
        CompilationResult result = TarnCompiler.Compile(name, new SourceText(path, File.ReadAllText(path)), new DirectorySources(Path.GetDirectoryName(path)!), new CompilerOptions());
        return GuestProgram.FromModule(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()), new EngineOptions { Engine = EngineKind.Baseline });
    }
}
