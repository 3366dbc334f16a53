using System.Diagnostics;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Bench.Compiler;

/// <summary>How fast the Tarn compiler is on generated programs, warm, from source text to module; and whether time grows with length alone. CPU time is told apart, for machines that others use too.</summary>
internal static class CompilerFigures
{
    private const int Rounds = 7;

    private static readonly int[] sizes = [10_000, 20_000, 50_000, 100_000];

    public static int Run()
    {
        Console.WriteLine($"Tarn compiler, median of {Rounds} after warming up\n\n| form | lines | ms | CPU ms | lines/s | lines per CPU second |\n|---|---:|---:|---:|---:|---:|");
        Report("one module", lines => (GeneratedProgram.OneModule(lines), new MemorySources(new Dictionary<string, string>())));
        Report("modules of 1,000 lines", GeneratedProgram.ManyModules);
        return 0;
    }

    private static void Report(string form, Func<int, (string Main, MemorySources Modules)> generate)
    {
        Measure(generate(10_000));
        var times = new List<double>();
        foreach (int size in sizes)
        {
            (string Main, MemorySources Modules) program = generate(size);
            (double milliseconds, double cpu) = Measure(program);
            times.Add(cpu);
            int lines = form.StartsWith("one", StringComparison.Ordinal) ? GeneratedProgram.LinesOf(program.Main) : size;
            Console.WriteLine($"| {form} | {lines:N0} | {milliseconds:N0} | {cpu:N0} | {lines / milliseconds * 1e3:N0} | {lines / cpu * 1e3:N0} |");
        }

        double exponent = Math.Log(times[^1] / times[0]) / Math.Log((double)sizes[^1] / sizes[0]);
        Console.WriteLine($"\n{form}: CPU time grows with lines to the power of {exponent:0.00}\n");
    }

    private static (double Milliseconds, double CpuMilliseconds) Measure((string Main, MemorySources Modules) program)
    {
        var times = new double[Rounds];
        var cpu = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            TimeSpan cpuStart = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            CompilationResult result = TarnCompiler.Compile("main", new SourceText("main.tarn", program.Main), program.Modules);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            cpu[i] = (Environment.CpuUsage.TotalTime - cpuStart).TotalMilliseconds;
            if (result.Module is null)
                throw new InvalidOperationException(result.RenderDiagnostics());
        }

        return (Statistics.Median(times), Statistics.Median(cpu));
    }
}
