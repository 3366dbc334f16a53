using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ByteVm.Bench.ProgramTable;

/// <summary>
/// Compares the engines with other languages' on the programs beneath <c>programs/</c>. All peers take turns, run after run, so that a
/// slow minute of the machine meets all of them. Whole rounds of all are run while the time allows, at least one.
/// </summary>
internal sealed class ProgramFigures(Kernel[] kernels, IReadOnlyList<Peer> peers, TimeSpan time)
{
    private readonly Dictionary<(Kernel, Peer), Measurements> table = [];
    private int rounds;

    private static readonly Argument<string[]> Names =
        new Argument<string[]>("NAME") { Description = $"All when left out, of: {string.Join(' ', Kernel.All.Select(k => k.Name))}", HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore }
            .AcceptOnlyFromAmong([.. Kernel.All.Select(k => k.Name)]);

    private static readonly Option<string?> Cli = BenchOptions.Cli();
    private static readonly Option<int> Seconds = BenchOptions.Number("--seconds", 60, "About how long it may take");
    private static readonly Option<string?> Out = new("--out") { Description = "Write the tables to this file, too", HelpName = "FILE.md" };

    public static Command Create()
    {
        var command = new Command("programs", "Programs on each engine, in .NET, and in Java, C and JavaScript where these are installed") { Names, Cli, Seconds, Out };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        string[] names = options.GetRequiredValue(Names);
        Kernel[] kernels = names.Length == 0 ? Kernel.All : [.. Kernel.All.Where(k => names.Contains(k.Name))];
        var clock = Stopwatch.StartNew();
        string scratch = Directory.CreateTempSubdirectory("bytevm-bench").FullName;
        try
        {
            var builder = new PeerBuilder(kernels, Path.Combine(BenchFiles.Folder, "programs"), scratch, BenchFiles.CommandLine(options.GetValue(Cli)));
            var figures = new ProgramFigures(kernels, builder.Build(), TimeSpan.FromSeconds(options.GetValue(Seconds)));
            figures.Measure(clock);
            Write(figures.Markdown(builder.Skipped), options.GetValue(Out));
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

    private void Measure(Stopwatch clock)
    {
        TimeSpan longest = TimeSpan.Zero;
        for (; rounds == 0 || clock.Elapsed + longest < time; rounds++)
        {
            TimeSpan start = clock.Elapsed;
            foreach (Kernel kernel in kernels)
            {
                Console.Error.WriteLine($"{clock.Elapsed.TotalSeconds,3:0} s: round {rounds + 1}, {kernel.Name}");
                foreach (Peer peer in peers)
                    MeasureOnce(kernel, peer);
                RequireSameResult(kernel);
            }

            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, (clock.Elapsed - start).Ticks));
        }
    }

    private void MeasureOnce(Kernel kernel, Peer peer)
    {
        if (peer.Command(kernel) is not { } command)
            return;
        string output = ChildProcess.Require([.. command, kernel.Size.ToString(CultureInfo.InvariantCulture), peer.Iterations.ToString(CultureInfo.InvariantCulture)]);
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
        text.Append($"Medians of {rounds} interleaved processes.\n\n");
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
