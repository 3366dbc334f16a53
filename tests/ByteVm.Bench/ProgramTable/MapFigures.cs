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

    public const string Usage = "maps [NAME…] [--cli PATH] [--largest N]";

    public static int Run(string[] arguments)
    {
        var options = CommandOptions.Parse(arguments, "--cli", "--largest");
        int largest = int.Parse(options["--largest"] ?? "10000000", CultureInfo.InvariantCulture);
        string scratch = Directory.CreateTempSubdirectory("bytevm-bench").FullName;
        try
        {
            var builder = new PeerBuilder(Path.Combine(BenchFiles.Folder, "programs"), scratch, BenchFiles.CommandLine(options["--cli"]));
            Peer[] peers = [.. builder.Build().Where(p => p.Name is "interpreter" or "baseline" or ".NET" or "java")];
            foreach (string name in options.Names.Length == 0 ? names : options.Names)
                Print(Kernel.All.Single(k => k.Name == name), peers, largest);
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
