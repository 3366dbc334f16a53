using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ByteVm.Bench.ProgramTable;

namespace ByteVm.Bench.Data;

/// <summary>
/// How fast large data is read: words of a text are counted, and a JSON document is parsed and every value of it visited. All peers take turns, run after run,
/// with the same limit of memory where they know one, and must come to the same result.
/// </summary>
internal sealed class DataFigures(string scratch, string[] bytevm, string memory, int runs)
{
    private const string Words = "words";
    private const string JsonData = "jsondata";
    private const int Iterations = 4;

    /// <summary>The interpreter gets a part of the data, as it takes much longer.</summary>
    private const int InterpreterDivisor = 10;

    private readonly string sources = Path.Combine(BenchFiles.Folder, "programs", "data");

    private static readonly Argument<string[]> Programs = new Argument<string[]>("NAME") { Description = "words, jsondata; both when left out", Arity = ArgumentArity.ZeroOrMore }.AcceptOnlyFromAmong(Words, JsonData);
    private static readonly Option<string?> Cli = BenchOptions.Cli();
    private static readonly Option<int> Megabytes = BenchOptions.Number("--megabytes", 50, "Size of the data");
    private static readonly Option<string> Memory = new("--memory") { Description = "The limit of memory", HelpName = "SIZE", DefaultValueFactory = _ => "2g" };
    private static readonly Option<int> Runs = BenchOptions.Number("--runs", 3, "Processes of each peer");

    private static readonly Argument<string> PeerProgram = new("PROGRAM");
    private static readonly Argument<string> PeerFile = new("FILE");
    private static readonly Argument<int> PeerIterations = new("ITERATIONS");

    private sealed record Peer(string Name, int Divisor, Func<string, string[]> Command);

    public static Command Create()
    {
        var command = new Command("data", "Counting words and parsing JSON, in MB/s") { Programs, Cli, Megabytes, Memory, Runs };
        command.SetAction(Run);
        return command;
    }

    /// <summary>One program of .NET: a line with nanoseconds and result for each iteration.</summary>
    public static Command CreatePeer()
    {
        var command = new Command("data-peer") { PeerProgram, PeerFile, PeerIterations };
        command.Hidden = true;
        command.SetAction(options => RunPeer(options.GetRequiredValue(PeerProgram), options.GetRequiredValue(PeerFile), options.GetValue(PeerIterations)));
        return command;
    }

    private static int Run(ParseResult options)
    {
        string[] names = options.GetRequiredValue(Programs);
        string scratch = Directory.CreateTempSubdirectory("bytevm-bench").FullName;
        try
        {
            var figures = new DataFigures(scratch, BenchFiles.CommandLine(options.GetValue(Cli)), options.GetRequiredValue(Memory), options.GetValue(Runs));
            figures.Print(names.Length == 0 ? [Words, JsonData] : names, options.GetValue(Megabytes) * 1_000_000L);
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static int RunPeer(string program, string file, int iterations)
    {
        Func<long> run = ProgramOfDotNet(program, file);
        for (int i = 0; i < iterations; i++)
        {
            long start = Stopwatch.GetTimestamp();
            long result = run();
            Console.WriteLine($"{(long)Stopwatch.GetElapsedTime(start).TotalNanoseconds} {result}");
        }

        return 0;
    }

    private static Func<long> ProgramOfDotNet(string name, string file)
    {
        if (name == Words)
            return () => Data.Words.Run(file);
        byte[] document = File.ReadAllBytes(file);
        return name == "node" ? () => JsonPeers.RunNode(document) : () => JsonPeers.RunDocument(document);
    }

    private void Print(string[] programs, long bytes)
    {
        bool hasJava = BuildJava();
        Console.WriteLine($"Medians of {runs} interleaved processes; memory at most {memory} in bytevm and java; load average before: {LoadAverage()}");
        if (!hasJava)
            Console.WriteLine("Left out: java, of which there is no javac.");
        Console.WriteLine("\n| program | peer | MB | MB/s | MB/s, first iteration |\n|---|---|---:|---:|---:|");
        foreach (string program in programs)
            PrintRows(program, [.. EnginePeers(program), .. DotNetPeers(program), .. hasJava ? [JavaPeer(program)] : Array.Empty<Peer>()], bytes);
        Console.WriteLine($"\nLoad average after: {LoadAverage()}");
    }

    private void PrintRows(string program, Peer[] peers, long bytes)
    {
        Dictionary<int, string> files = peers.Select(p => p.Divisor).Distinct().ToDictionary(d => d, d => Generate(program, bytes / d));
        Dictionary<Peer, Measurements> table = peers.ToDictionary(p => p, _ => new Measurements());
        for (int run = 0; run < runs; run++)
        {
            foreach (Peer peer in peers)
                table[peer].Add(ChildProcess.Require([.. peer.Command(files[peer.Divisor]), Iterations.ToString(CultureInfo.InvariantCulture)]));
        }

        foreach (var ofSize in peers.GroupBy(p => p.Divisor).Where(g => g.Select(p => table[p].Result).Distinct().Count() > 1))
            throw new InvalidOperationException($"{program}: {string.Join(", ", ofSize.Select(p => $"{p.Name} {table[p].Result}"))}");
        foreach (Peer peer in peers)
            PrintRow(program, peer, new FileInfo(files[peer.Divisor]).Length / 1e6, table[peer]);
    }

    private static void PrintRow(string program, Peer peer, double megabytes, Measurements measured) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {program} | {peer.Name} | {megabytes:0.0} | {megabytes / measured.Settled * 1e3:0.0} | {megabytes / measured.First * 1e3:0.0} |"));

    private string Generate(string program, long bytes)
    {
        string file = Path.Combine(scratch, $"{program}-{bytes}");
        if (program == Words)
            GeneratedData.WriteText(file, bytes);
        else
            GeneratedData.WriteJson(file, bytes);
        return file;
    }

    private Peer[] EnginePeers(string program)
    {
        string module = BuildTarn(program);
        return [Engine("baseline", 1), Engine("interpreter", InterpreterDivisor)];

        Peer Engine(string engine, int divisor) => new(
            engine,
            divisor,
            file => [.. bytevm, "run", "--engine", engine, "--memory", memory, "--allow", "clock", "--allow", $"fs:read={scratch}", module, file]);
    }

    /// <summary>The program that counts words imports the example, which therefore has to lie beside it.</summary>
    private string BuildTarn(string program)
    {
        string example = Path.Combine(BenchFiles.Folder, "..", "..", "examples", "wordcount.tarn");
        string source = Path.Combine(scratch, $"{program}.tarn");
        string module = Path.Combine(scratch, $"{program}.bvm");
        File.Copy(example, Path.Combine(scratch, "wordcount.tarn"), overwrite: true);
        File.Copy(Path.Combine(sources, $"{program}.tarn"), source);
        ChildProcess.Require([.. bytevm, "build", source, "-o", module]);
        return module;
    }

    private static Peer[] DotNetPeers(string program)
    {
        return program == Words ? [Form(".NET", Words)] : [Form(".NET JsonDocument", "document"), Form(".NET JsonNode", "node")];

        static Peer Form(string name, string form) => new(name, 1, file => ["dotnet", typeof(DataFigures).Assembly.Location, "data-peer", form, file]);
    }

    private bool BuildJava() => ChildProcess.Succeeds(["javac", "-d", scratch, .. Directory.GetFiles(sources, "*.java")]);

    private Peer JavaPeer(string program) => new("java", 1, file => ["java", $"-Xmx{memory}", "-cp", scratch, "DataHarness", program, file]);

    private static string LoadAverage() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
}
