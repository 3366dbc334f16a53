using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ByteVm.Bench.ProgramTable;
using ByteVm.Memory;
using ByteVm.Tarn;

namespace ByteVm.Bench.Gc;

/// <summary>
/// The collector under programs: total times beside other virtual machines, pauses at the default heap, pauses and memory with much alive, and full collections.
/// </summary>
internal static class GcFigures
{
    private static readonly Option<string?> Only = new("--only") { Description = "One part alone: compare, binarytrees, lru or live" };
    private static readonly Option<int> Trees = BenchOptions.Number("--trees", 18, "Depth of the binary trees");
    private static readonly Option<int> Operations = BenchOptions.Number("--operations", 4_000_000, "Operations on the LRU cache");
    private static readonly Option<int> Live = BenchOptions.Number("--live", 4_500_000, "Entries alive in steady state");
    private static readonly Option<int> Runs = BenchOptions.Number("--runs", 3, "Runs of each in one process");

    private static readonly string[] Compared = ["baseline", ".NET", "java"];

    public static Command Create()
    {
        var command = new Command("gc", "Pauses, memory and times of programs that allocate hard") { Only, Trees, Operations, Live, Runs };
        Only.AcceptOnlyFromAmong("compare", "binarytrees", "lru", "live");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        int trees = options.GetValue(Trees), operations = options.GetValue(Operations);
        (string Name, Action Measure)[] parts =
        [
            ("compare", () => Compare([new Kernel("binarytrees", trees), new Kernel("lru", operations)], options.GetValue(Runs))),
            ("binarytrees", () => Pauses("binarytrees", trees)),
            ("lru", () => Pauses("lru", operations)),
            ("live", () => SteadyState(options.GetValue(Live))),
        ];
        foreach ((string name, Action measure) in parts)
        {
            if ((options.GetValue(Only) ?? name) == name)
                measure();
        }

        return 0;
    }

    private static void Compare(Kernel[] kernels, int runs)
    {
        string scratch = Directory.CreateTempSubdirectory("bytevm-bench").FullName;
        try
        {
            var builder = new PeerBuilder(kernels, Path.Combine(BenchFiles.Folder, "programs"), scratch, BenchFiles.CommandLine(null));
            Peer[] peers = [.. builder.Build().Where(peer => Compared.Contains(peer.Name))];
            foreach (Kernel kernel in kernels)
            {
                foreach (Peer peer in peers)
                    Console.WriteLine($"{kernel.Name} {kernel.Size:N0}, {peer.Name}: {Best(peer.Command(kernel)!, kernel.Size, runs):N0} ms, best of {runs} in one process");
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static double Best(string[] command, int size, int runs)
    {
        string output = ChildProcess.Require([.. command, size.ToString(CultureInfo.InvariantCulture), runs.ToString(CultureInfo.InvariantCulture)]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Min(line => long.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)) / 1e6;
    }

    private static void Pauses(string name, int size)
    {
        using GuestProgram program = Program(name);
        using GuestInstance instance = program.Instantiate(new InstanceOptions { MemoryBytes = 2000L << 20, Capabilities = Capabilities.None.Allow("clock") });
        long started = Stopwatch.GetTimestamp();
        instance.Call<long>("run", size);
        Report($"{name} {size:N0}", Stopwatch.GetElapsedTime(started), instance.Statistics.Heap);
    }

    /// <summary>A cache of many entries that is renewed several times over.</summary>
    private static void SteadyState(int entries)
    {
        using GuestProgram program = Program("lru");
        using GuestInstance instance = program.Instantiate(new InstanceOptions { MemoryBytes = 2000L << 20, Capabilities = Capabilities.None.Allow("clock") });
        long before = Environment.WorkingSet, most = 0;
        bool done = false;
        Thread sampler = new(() =>
        {
            while (!Volatile.Read(ref done))
            {
                most = Math.Max(most, Environment.WorkingSet);
                Thread.Sleep(5);
            }
        });
        sampler.Start();
        long started = Stopwatch.GetTimestamp();
        instance.Call<long>("churn", entries, entries * 6);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Volatile.Write(ref done, true);
        sampler.Join();
        HeapStatistics heap = instance.Statistics.Heap;
        Report($"lru of {entries:N0} entries", elapsed, heap);
        double gigabytes = heap.BytesFoundAlive / 1e9;
        Console.WriteLine($"  alive {heap.LiveBytes / 1e6:N0} MB, resident at most {(most - before) / 1e6:N0} MB: {(double)(most - before) / heap.LiveBytes:N2} times; full collections {heap.Full.Total.TotalSeconds / gigabytes:N2} s per GB alive");
    }

    private static void Report(string title, TimeSpan elapsed, HeapStatistics heap)
    {
        Console.WriteLine($"{title}: {elapsed.TotalMilliseconds:N0} ms, {heap.BytesAllocated / 1e6:N0} MB allocated, {heap.BytesPromoted / 1e6:N0} MB promoted, {heap.TotalPause / elapsed:P0} in collections");
        Print("minor", heap.Minor);
        Print("full", heap.Full);
    }

    private static void Print(string kind, PauseStatistics pauses) =>
        Console.WriteLine($"  {kind}: {pauses.Count:N0}, p50 {pauses.Median.TotalMilliseconds:N3}, p99 {pauses.Percentile99.TotalMilliseconds:N3}, longest {pauses.Max.TotalMilliseconds:N3} ms, in all {pauses.Total.TotalMilliseconds:N0} ms");

    private static GuestProgram Program(string name)
    {
        CompilationResult result = TarnCompiler.CompileFile(Path.Combine(BenchFiles.Folder, "programs", name, $"{name}.tarn"));
        return GuestProgram.FromModule(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()));
    }
}
