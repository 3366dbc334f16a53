using System.Globalization;
using System.Text;

namespace ByteVm.Bench.ProgramTable;

/// <summary>
/// Compares the engines with other languages' on the programs beneath <c>programs/</c>. All peers take turns, run after run, so that a
/// slow minute of the machine meets all of them.
/// </summary>
internal sealed class ProgramFigures(Kernel[] kernels, IReadOnlyList<Peer> peers, int runs)
{
    private const int InterpreterIterations = 2;
    private const int CompilerIterations = 8;

    private readonly Dictionary<(Kernel, Peer), Measurements> table = [];

    public const string Usage = "programs [NAME…] [--cli PATH] [--runs N] [--out FILE.md]";

    public static int Run(string[] arguments)
    {
        var options = CommandOptions.Parse(arguments, "--cli", "--runs", "--out");
        Kernel[] kernels = options.Names.Length == 0 ? Kernel.All : [.. Kernel.All.Where(k => options.Names.Contains(k.Name))];
        string scratch = Directory.CreateTempSubdirectory("bytevm-bench").FullName;
        try
        {
            var builder = new PeerBuilder(Path.Combine(BenchFiles.Folder, "programs"), scratch, BenchFiles.CommandLine(options["--cli"]));
            var figures = new ProgramFigures(kernels, builder.Build(), int.Parse(options["--runs"] ?? "5", CultureInfo.InvariantCulture));
            figures.Measure();
            Write(figures.Markdown(builder.Skipped), options["--out"]);
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Write(string text, string? file)
    {
        Console.Write(text);
        if (file is not null)
            File.WriteAllText(file, text);
    }

    private void Measure()
    {
        for (int run = 0; run < runs; run++)
        {
            foreach (Kernel kernel in kernels)
            {
                foreach (Peer peer in peers)
                    MeasureOnce(kernel, peer);
                RequireSameResult(kernel);
            }

            Console.Error.WriteLine($"run {run + 1} of {runs} done");
        }
    }

    private void MeasureOnce(Kernel kernel, Peer peer)
    {
        if (peer.Command(kernel) is not { } command)
            return;
        int iterations = peer.IsCompiled ? CompilerIterations : InterpreterIterations;
        string output = ChildProcess.Require([.. command, kernel.Size.ToString(CultureInfo.InvariantCulture), iterations.ToString(CultureInfo.InvariantCulture)]);
        if (!table.TryGetValue((kernel, peer), out Measurements? measurements))
            table.Add((kernel, peer), measurements = new Measurements());
        measurements.Add(output);
    }

    private void RequireSameResult(Kernel kernel)
    {
        var results = peers.Where(p => table.ContainsKey((kernel, p))).Select(p => (p.Name, table[(kernel, p)].Result)).ToArray();
        if (results.Select(r => r.Result).Distinct().Count() > 1)
            throw new InvalidOperationException($"{kernel.Name}: {string.Join(", ", results.Select(r => $"{r.Name} {r.Result}"))}");
    }

    private string Markdown(List<string> skipped)
    {
        var text = new StringBuilder();
        text.Append($"Medians of {runs} interleaved processes.\n\n");
        foreach (string peer in skipped)
            text.Append($"Left out: {peer}.\n\n");
        AppendTable(text, "Peak: milliseconds of an iteration in the later half of a process", m => m.Settled);
        AppendTable(text, "Cold: milliseconds of a process's first iteration, compilation included, start-up not", m => m.First);
        return text.ToString();
    }

    private void AppendTable(StringBuilder text, string title, Func<Measurements, double> figure)
    {
        text.Append($"{title}\n\n| program |{string.Concat(peers.Select(p => $" {p.Name} |"))}\n|---|{string.Concat(peers.Select(_ => "---:|"))}\n");
        foreach (Kernel kernel in kernels)
            text.Append($"| {kernel.Name} |{string.Concat(peers.Select(p => $" {Cell(kernel, p, figure)} |"))}\n");
        foreach (Peer engine in peers.Take(2))
            text.Append($"| **{engine.Name} ÷ peer, geomean** |{string.Concat(peers.Select(p => $" {Ratio(engine, p, figure)} |"))}\n");
        text.Append('\n');
    }

    private string Cell(Kernel kernel, Peer peer, Func<Measurements, double> figure) =>
        table.TryGetValue((kernel, peer), out Measurements? m) ? figure(m).ToString("0.0", CultureInfo.InvariantCulture) : "–";

    private string Ratio(Peer engine, Peer peer, Func<Measurements, double> figure)
    {
        double[] ratios = [.. kernels.Where(k => table.ContainsKey((k, peer))).Select(k => figure(table[(k, engine)]) / figure(table[(k, peer)]))];
        return ratios.Length == 0 ? "–" : Statistics.GeometricMean(ratios).ToString("0.00", CultureInfo.InvariantCulture);
    }
}
