using System.Globalization;

namespace ByteVm.Bench.ProgramTable;

/// <summary>The runs of one kernel by one peer, each a process of its own with several iterations.</summary>
internal sealed class Measurements
{
    private readonly List<double> first = [];
    private readonly List<double> settled = [];

    /// <summary>What the kernel computed; the same in every iteration of every peer, or the figures are worth nothing.</summary>
    public string? Result { get; private set; }

    /// <summary>Milliseconds of a process's first iteration: cold.</summary>
    public double First => Statistics.Median(first);

    /// <summary>Milliseconds of an iteration in the later half of a process: peak.</summary>
    public double Settled => Statistics.Median(settled);

    /// <param name="output">A line for each iteration: nanoseconds and result.</param>
    public void Add(string output)
    {
        string[][] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
        double[] times = [.. lines.Select(line => double.Parse(line[0], CultureInfo.InvariantCulture) / 1e6)];
        first.Add(times[0]);
        settled.Add(Statistics.Median(times[(times.Length / 2)..]));
        Result ??= lines[0][1];
        if (lines.Any(line => line[1] != Result))
            throw new InvalidOperationException($"iterations give different results: {string.Join(", ", lines.Select(line => line[1]).Distinct())}");
    }
}
