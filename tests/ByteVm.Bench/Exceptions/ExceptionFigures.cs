using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace ByteVm.Bench.Exceptions;

/// <summary>Nanoseconds of a throw and of a try that is not left: both engines, and .NET's own beside them.</summary>
internal static class ExceptionFigures
{
    private static readonly Option<string?> Cli = BenchOptions.Cli();
    private static readonly Option<int> Rounds = BenchOptions.Number("--rounds", 100_000, "Throws of each kind");

    private const int Repetitions = 5;

    private sealed class StopException(string message) : Exception(message);

    public static Command Create()
    {
        var command = new Command("exceptions", "What throwing and catching costs") { Cli, Rounds };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        int rounds = options.GetValue(Rounds);
        string[] bytevm = BenchFiles.CommandLine(options.GetValue(Cli));
        Dictionary<string, double> baseline = OfEngine(bytevm, "baseline", rounds);
        Dictionary<string, double> interpreter = OfEngine(bytevm, "interpreter", rounds);
        double?[] dotnet = [null, OfDotNet(rounds, 0), OfDotNet(rounds, 1), OfDotNet(rounds, 10)];
        Console.WriteLine("| ns | baseline | interpreter | .NET |\n|---|---:|---:|---:|");
        foreach ((int row, string name) in baseline.Keys.Index())
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {baseline[name]:0.0} | {interpreter[name]:0.0} | {(row < dotnet.Length ? dotnet[row] : null):0} |"));
        return 0;
    }

    private static Dictionary<string, double> OfEngine(string[] bytevm, string engine, int rounds)
    {
        string source = Path.Combine(BenchFiles.Folder, "Exceptions", "exceptions.tarn");
        string output = ChildProcess.Require([.. bytevm, "run", "--engine", engine, "--allow", "clock", source, $"{rounds}"]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(';'))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static double OfDotNet(int rounds, int depth)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int round = 0; round < rounds / 10; round++)
                Catch(depth);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / (rounds / 10));
        }

        return best;
    }

    private static int Catch(int depth)
    {
        try
        {
            return depth == 0 ? throw new StopException("stop") : Throw(depth);
        }
        catch (StopException e)
        {
            return e.Message.Length;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Throw(int depth) => depth == 1 ? throw new StopException("stop") : Throw(depth - 1) + 1;
}
