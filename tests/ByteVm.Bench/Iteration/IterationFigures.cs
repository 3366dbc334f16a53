using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace ByteVm.Bench.Iteration;

/// <summary>Nanoseconds per element of each way through a list: inline functions beside a loop and beside a call for each element, and .NET's own.</summary>
internal static class IterationFigures
{
    private const int Elements = 1_000_000;
    private const int Repetitions = 15;

    private static readonly Option<string?> Cli = BenchOptions.Cli();

    private static readonly Dictionary<string, Func<List<int>, int>> dotnet = new()
    {
        ["loop over indices"] = Sum,
        ["for x in list"] = list =>
        {
            int sum = 0;
            foreach (int x in list)
                sum += x;
            return sum;
        },
        ["list.fold"] = list => list.Aggregate(0, (sum, x) => sum + x),
        ["list.forEach, var captured"] = list =>
        {
            int sum = 0;
            list.ForEach(x => sum += x);
            return sum;
        },
        ["sequence.filter.map.fold"] = list => list.Where(x => x % 3 == 0).Select(x => x * 2).Aggregate(0, (sum, x) => sum + x),
    };

    public static Command Create()
    {
        var command = new Command("iteration", "Ways through a list: loops, inline functions, functions called for each element") { Cli };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        string[] bytevm = BenchFiles.CommandLine(options.GetValue(Cli));
        List<(string Name, double Time, int Result)> baseline = OfEngine(bytevm, "baseline");
        Dictionary<string, double> interpreter = OfEngine(bytevm, "interpreter").ToDictionary(row => row.Name, row => row.Time);
        var list = Enumerable.Range(0, Elements).Select(i => i & 1023).ToList();
        Console.WriteLine("| ns per element | baseline | to the loop | interpreter | .NET |\n|---|---:|---:|---:|---:|");
        foreach ((string name, double time, int result) in baseline)
        {
            double? other = dotnet.TryGetValue(name, out Func<List<int>, int>? work) ? OfDotNet(work, list, result) : null;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {time:0.00} | {time / baseline[0].Time:0.00} | {interpreter[name]:0.0} | {other:0.00} |"));
        }

        return 0;
    }

    private static List<(string Name, double Time, int Result)> OfEngine(string[] bytevm, string engine)
    {
        string source = Path.Combine(BenchFiles.Folder, "Iteration", "iteration.tarn");
        string output = ChildProcess.Require([.. bytevm, "run", "--engine", engine, "--allow", "clock", source, $"{Elements}"]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';'))
            .Select(parts => (parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture)))];
    }

    private static double OfDotNet(Func<List<int>, int> work, List<int> list, int expected)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int result = work(list);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / list.Count);
            if (result != expected)
                throw new InvalidOperationException($".NET gives {result}, not {expected}");
        }

        return best;
    }

    private static int Sum(List<int> list)
    {
        int sum = 0;
        for (int i = 0; i < list.Count; i++)
            sum += list[i];
        return sum;
    }
}
