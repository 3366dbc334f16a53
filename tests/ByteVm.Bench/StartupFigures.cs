using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace ByteVm.Bench;

/// <summary>
/// From the start of a process to its end, for a program that only greets: the <c>bytevm</c> command beside its peers, taking turns. And what the
/// standard library costs: a greeting that is made with most of its modules, and the check of all of it.
/// </summary>
internal static class StartupFigures
{
    private static readonly Option<string?> Cli = BenchOptions.Cli();
    private static readonly Option<int> Runs = BenchOptions.Number("--runs", 21, "Processes of each kind");

    public static Command Create()
    {
        var command = new Command("startup", "From the start of a process to its end") { Cli, Runs };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult options)
    {
        string scratch = Directory.CreateTempSubdirectory("bytevm-startup").FullName;
        try
        {
            Report(Commands(BenchFiles.CommandLine(options.GetValue(Cli)), scratch), options.GetValue(Runs));
            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static List<(string Name, string[] Command)> Commands(string[] bytevm, string scratch)
    {
        string source = Path.Combine(BenchFiles.Folder, "..", "..", "examples", "hello.tarn");
        string importing = Path.Combine(BenchFiles.Folder, "programs", "library", "library.tarn");
        string module = Path.Combine(scratch, "hello.bvm");
        ChildProcess.Require([.. bytevm, "build", source, "-o", module]);
        var commands = new List<(string, string[])>
        {
            ("bytevm run hello.bvm", [.. bytevm, "run", module]),
            ("bytevm run hello.tarn", [.. bytevm, "run", source]),
            ("bytevm run library.tarn", [.. bytevm, "run", importing]),
            ("bytevm check std", [.. bytevm, "check", "std"]),
            ("bytevm build std", [.. bytevm, "build", "std", "-o", Path.Combine(scratch, "std.bvm")]),
        };
        AddJava(commands, scratch);
        commands.Add(("node", ["node", "-e", "console.log('Hello, world!')"]));
        commands.Add(("python3", ["python3", "-c", "print('Hello, world!')"]));
        return [.. commands.Where(c => ChildProcess.Succeeds(c.Item2))];
    }

    private static void AddJava(List<(string, string[])> commands, string scratch)
    {
        string file = Path.Combine(scratch, "Hello.java");
        File.WriteAllText(file, "class Hello { public static void main(String[] args) { System.out.println(\"Hello, world!\"); } }");
        if (ChildProcess.Succeeds(["javac", "-d", scratch, file]))
            commands.Add(("java", ["java", "-cp", scratch, "Hello"]));
    }

    private static void Report(List<(string Name, string[] Command)> commands, int runs)
    {
        var times = commands.ToDictionary(c => c.Name, _ => new List<double>());
        for (int run = 0; run < runs; run++)
        {
            foreach ((string name, string[] command) in commands)
                times[name].Add(Milliseconds(command));
        }

        Console.WriteLine($"Median of {runs} interleaved processes\n\n| command | ms |\n|---|---:|");
        foreach ((string name, _) in commands)
            Console.WriteLine($"| {name} | {Statistics.Median(times[name]):0.0} |");
    }

    private static double Milliseconds(string[] command)
    {
        long start = Stopwatch.GetTimestamp();
        ChildProcess.Require(command);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
