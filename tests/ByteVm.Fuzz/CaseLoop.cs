using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ByteVm.Fuzz;

/// <summary>A fuzzer whose cases are independent of each other.</summary>
internal interface ICaseFuzzer : IDisposable
{
    /// <summary>Runs a case. Returns what is wrong, or null.</summary>
    /// <param name="random">All that the case depends on.</param>
    /// <param name="input">What was tried, to be shown when something is wrong.</param>
    string? Run(Random random, out string input);

    /// <summary>What the cases came to, in a line.</summary>
    string Summary { get; }
}

/// <summary>Runs the cases of a seed until one fails.</summary>
internal static class CaseLoop
{
    private const double SecondsLimit = 2;
    private const int SlowRuns = 3;

    public static int Run(string name, FuzzOptions options, Func<ICaseFuzzer> create)
    {
        int seed = options.Seed;
        long first = options.Only ?? 0;
        long end = options.Only is null ? options.Cases : first + 1;
        using ICaseFuzzer fuzzer = create();
        var clock = Stopwatch.StartNew();
        long number = first;
        for (; number < end && clock.Elapsed.TotalSeconds < options.Seconds; number++)
        {
            if (RunCase(fuzzer, seed, number, out string input) is { } problem)
                return Fail(name, seed, number, input, problem);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {number - first} cases of seed {seed} in {clock.Elapsed.TotalSeconds:F1} s, 0 failures; {fuzzer.Summary}"));
        return 0;
    }

    private static string? RunCase(ICaseFuzzer fuzzer, int seed, long number, out string input)
    {
        // The clock also counts what a loaded machine spends elsewhere, and the first case what is compiled: one that is slow must stay slow.
        for (int i = 0; i < SlowRuns; i++)
        {
            long start = Stopwatch.GetTimestamp();
            string? problem = Attempt(fuzzer, new Random(CaseSeed.Of(seed, number)), out input);
            if (problem is not null || Stopwatch.GetElapsedTime(start).TotalSeconds <= SecondsLimit)
                return problem;
        }

        Attempt(fuzzer, new Random(CaseSeed.Of(seed, number)), out input);
        return $"took more than {SecondsLimit} s, each of {SlowRuns} times";
    }

    private static string? Attempt(ICaseFuzzer fuzzer, Random random, out string input)
    {
        input = "";
        try
        {
            return fuzzer.Run(random, out input);
        }
        catch (Exception unexpected)
        {
            return unexpected.ToString();
        }
    }

    private static int Fail(string name, int seed, long number, string input, string problem)
    {
        string file = Path.GetFullPath($"fuzz-{name}-{seed}-{number}.txt");
        File.WriteAllBytes(file, Encoding.UTF8.GetBytes(input));
        Console.Error.WriteLine($"case {number} of seed {seed}: {problem}");
        Console.Error.WriteLine($"saved as {file}; again with: {name} --seed {seed} --case {number}");
        return 1;
    }
}
