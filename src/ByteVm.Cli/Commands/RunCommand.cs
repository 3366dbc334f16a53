using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using ByteVm.Bytecode;
using ByteVm.Memory;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm run FILE [ARGUMENT...]</c></summary>
internal static class RunCommand
{
    private static readonly Argument<string[]> File = new("FILE")
    {
        Description = $"{char.ToUpperInvariant(ModuleFiles.Forms[0])}{ModuleFiles.Forms[1..]}; then the program's own arguments, untouched",
        HelpName = "FILE [ARGUMENT...]",
        Arity = ArgumentArity.OneOrMore,
        CaptureRemainingTokens = true,
    };

    internal static readonly Option<string> Engine = new Option<string>("--engine")
    {
        Description = "auto: machine code where this system supports it, else the interpreter",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "interpreter", "baseline");

    internal static readonly Option<string> Isolation = new Option<string>("--isolation")
    {
        Description = "cage: in this process. process: in a process of its own that can make no system call, for code that nobody trusts",
        DefaultValueFactory = _ => "cage",
    }.AcceptOnlyFromAmong("cage", "process");

    internal static readonly Option<string[]> Allow = new("--allow")
    {
        Description = "Grant a capability, repeatable: clock, random, env, fs:read=FOLDER, fs:write=FOLDER. Console and arguments are always granted",
        HelpName = "CAPABILITY",
        Arity = ArgumentArity.OneOrMore,
    };

    internal static readonly Option<long?> Fuel = new("--fuel")
    {
        Description = "Stop after so many units of work, the same on every engine and machine",
        HelpName = "UNITS",
        CustomParser = result => NumberText.Parse(result, 0, long.MaxValue),
    };

    internal static readonly Option<long?> Memory = new("--memory")
    {
        Description = "Most memory for live objects, for example 64m; default 1g",
        HelpName = "SIZE",
        CustomParser = result => SizeText.Parse(result, 0, InstanceOptions.MaxMemoryBytes),
    };

    internal static readonly Option<long?> Stack = new("--stack")
    {
        Description = "Memory for calls in progress, for example 8m; default 1m",
        HelpName = "SIZE",
        CustomParser = result => SizeText.Parse(result, InstanceOptions.MinStackBytes, InstanceOptions.MaxStackBytes),
    };

    private static readonly Option<GcStress> GcStress = new("--gc-stress")
    {
        Description = "Collect beyond need, move everything and verify the heap: at every allocation (alloc), at every poll and service, too (safepoint), or at some of these (random:SEED, or random:SEED:INTERVAL for about each INTERVAL-th)",
        HelpName = "alloc|safepoint|random:SEED[:INTERVAL]",
        CustomParser = GcStressText.Parse,
    };

    private static readonly Option<string> HeapDump = new("--heap-dump")
    {
        Description = "Write the heap for 'bytevm heap': when memory runs out, at signal SIGUSR1, else at the end",
        HelpName = "FILE",
    };

    private static readonly Option<bool> NoCache = new("--no-cache")
    {
        Description = "Compile a source even if it was compiled before and nothing has changed; keep nothing either",
    };

    private static readonly Option<bool> Stats = new("--stats")
    {
        Description = "Print times, fuel, memory and collections to the error output at the end",
    };

    private static readonly Option<string> Trace = new Option<string>("--trace")
    {
        Description = "Print every trap to the error output as it happens",
        HelpName = "traps",
    }.AcceptOnlyFromAmong("traps");

    public static Command Create()
    {
        var command = new Command("run", "Run a program.") { File, Engine, Isolation, Allow, Fuel, Memory, Stack, GcStress, HeapDump, NoCache, Stats, Trace };
        command.SetAction(Run);
        CommandLine.AppendToHelp(command,
            """
            Examples:
              bytevm run hello.tarn
              bytevm run game.bvm --level 3                     --level 3 goes to the program
              bytevm run --allow fs:read=. --allow clock app    reads files here, and the clock
              bytevm run --fuel 1000000 --memory 64m job.bvm    within limits


            """ + ExitCode.Help);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        string[] fileAndArguments = parsed.GetRequiredValue(File);
        InstanceOptions options = OptionsOf(parsed, fileAndArguments[1..], error);
        bool stats = parsed.GetValue(Stats);
        long started = Stopwatch.GetTimestamp();
        Module module = ModuleFiles.Load(fileAndArguments[0], error, cache: parsed.GetValue(NoCache) ? null : CompileCache.OfUser());
        TimeSpan loading = Stopwatch.GetElapsedTime(started);

        var engine = new EngineOptions { Engine = EngineOf(parsed), Metered = stats || options.Fuel is not null };
        using GuestProgram program = Programs.Prepare(fileAndArguments[0], module, engine);
        if (parsed.GetValue(CommandLine.Verbose))
            error.WriteLine($"bytevm: {program.EngineChoice}");
        var session = new RunSession(program, options, error);
        int code = session.Run();
        if (stats)
            session.PrintStatistics(loading);
        return code;
    }

    private static InstanceOptions OptionsOf(ParseResult parsed, string[] arguments, TextWriter error) => new()
    {
        Arguments = arguments,
        Console = GuestConsole.Standard,
        Capabilities = CapabilitiesOf(parsed.GetValue(Allow) ?? []),
        Isolation = IsolationOf(parsed),
        Fuel = parsed.GetValue(Fuel),
        MemoryBytes = parsed.GetValue(Memory) ?? InstanceOptions.Default.MemoryBytes,
        StackBytes = parsed.GetValue(Stack) ?? InstanceOptions.Default.StackBytes,
        GcStress = parsed.GetValue(GcStress),
        HeapDump = parsed.GetValue(HeapDump) is { } dump ? HeapDumpTo(dump, error) : null,
        CountObjects = parsed.GetValue(Stats),
        TraceTraps = parsed.GetValue(Trace) is null ? null : error.WriteLine,
    };

    private static HeapDumpOptions HeapDumpTo(string path, TextWriter error)
    {
        ModuleFiles.RequireWritable(path);
        return new HeapDumpOptions(path, error.WriteLine);
    }

    internal static EngineKind EngineOf(ParseResult parsed) => parsed.GetValue(Engine) switch
    {
        "interpreter" => EngineKind.Interpreter,
        "baseline" => EngineKind.Baseline,
        _ => EngineKind.Auto,
    };

    internal static IsolationLevel IsolationOf(ParseResult parsed) => parsed.GetValue(Isolation) == "process" ? IsolationLevel.Process : IsolationLevel.Cage;

    internal static Capabilities CapabilitiesOf(string[] grants)
    {
        Capabilities capabilities = Capabilities.None;
        try
        {
            foreach (string grant in grants)
                capabilities = capabilities.Allow(grant);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }

        return capabilities;
    }
}
