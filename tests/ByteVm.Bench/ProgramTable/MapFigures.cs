using System.CommandLine;
using System.Globalization;

namespace ByteVm.Bench.ProgramTable;

/// <summary>
/// Maps by size: nanoseconds for each of as many inserts as lookups. A map is linear when a column of the table changes with the caches alone.
/// </summary>
internal static class MapFigures
{
    private const int OperationsPerEntry = 2;

    private static readonly string[] names = ["intmap", "stringmap"];

    /// <summary>Entries, and how often a process does them: short runs are repeated until compilers have settled.</summary>
    private static readonly (int Size, int Iterations)[] sizes = [(10_000, 60), (100_000, 20), (1_000_000, 6), (10_000_000, 3)];

    private static readonly Argument<string[]> Names = new Argument<string[]>("NAME") { Description = "intmap, stringmap; both when left out", Arity = ArgumentArity.ZeroOrMore }.AcceptOnlyFromAmong(names);
    private static readonly Option<string?> Cli = BenchOptions.Cli();
    private static readonly Option<int> Largest = BenchOptions.Number("--largest", 10_000_000, "Entries of the largest map");

    public static Command Create()
    {
        var command = new Command("maps", "Maps by size: nanoseconds of an operation") { Names, Cli, Largest };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        string[] wanted = options.GetRequiredValue(Names);
        Kernel[] kernels = [.. Kernel.All.Where(k => (wanted.Length == 0 ? names : wanted).Contains(k.Name))];
        string scratch = Directory.CreateTempSubdirectory("bytevm-bench").FullName;
        try
        {
            var builder = new PeerBuilder(kernels, Path.Combine(BenchFiles.Folder, "programs"), scratch, BenchFiles.CommandLine(options.GetValue(Cli)));
            Peer[] peers = [.. builder.Build().Where(p => p.Name is "interpreter" or "baseline" or ".NET" or "java")];
            foreach (Kernel kernel in kernels)
                Print(kernel, peers, options.GetValue(Largest));
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Print(Kernel kernel, Peer[] peers, int largest)
    {
        Console.WriteLine($"{kernel.Name}, nanoseconds per operation\n\n| entries |{string.Concat(peers.Select(p => $" {p.Name} |"))}\n|---:|{string.Concat(peers.Select(_ => "---:|"))}");
        foreach ((int size, int iterations) in sizes.Where(s => s.Size <= largest))
            Console.WriteLine($"| {size.ToString("N0", CultureInfo.InvariantCulture)} |{string.Concat(peers.Select(p => $" {Measure(kernel, p, size, iterations)} |"))}");
        Console.WriteLine();
    }

    private static string Measure(Kernel kernel, Peer peer, int size, int iterations)
    {
        string[] command = [.. peer.Command(kernel)!, size.ToString(CultureInfo.InvariantCulture), iterations.ToString(CultureInfo.InvariantCulture)];
        var measurements = new Measurements();
        measurements.Add(ChildProcess.Require(command));
        return (measurements.Settled * 1e6 / ((double)OperationsPerEntry * size)).ToString("0.0", CultureInfo.InvariantCulture);
    }
}
