using System.CommandLine;
using System.Globalization;
using ByteVm.Cli.Testing;
using ByteVm.Tarn;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm test FILE|FOLDER...</c></summary>
internal static class TestCommand
{
    /// <summary>Sources have errors. Apart from those of the other commands, so that scripts tell it from tests that fail.</summary>
    private const int CompileErrors = 2;

    private const int TestsFailed = 1;

    private static readonly Argument<string[]> Files = new("FILE")
    {
        Description = "Sources, folders whose sources are tested all, or std and std.NAME for the standard library",
        HelpName = "FILE|FOLDER...",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Filter = new("--filter")
    {
        Description = "Run only tests whose module and name, \"MODULE: NAME\", contain this",
        HelpName = "TEXT",
    };

    private static readonly Option<double> Timeout = new("--timeout")
    {
        Description = "Seconds that a test may take; 0 is without end",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 60,
    };

    public static Command Create()
    {
        var command = new Command("test", "Run the test blocks of sources.")
        {
            Files, Filter, Timeout, RunCommand.Engine, RunCommand.Isolation, RunCommand.Allow, RunCommand.Fuel, RunCommand.Memory, RunCommand.Stack,
        };
        command.SetAction(Test);
        CommandLine.AppendToHelp(command,
            $"""
            Examples:
              bytevm test shapes.tarn                 the tests of one source
              bytevm test src --filter parse          those with "parse" in their names, of all sources in src
              bytevm test std.text                    a module of the standard library

            Exit codes:
              0  all tests have passed      {TestsFailed}  some have failed      {CompileErrors}  errors in a source      others as for "run"
            """);
        return command;
    }

    private static int Test(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<TestProgram> programs = [.. parsed.GetRequiredValue(Files).SelectMany(TestProgram.Compile)];
        // What is shared by several programs is found wanting in each.
        foreach (string finding in programs.SelectMany(p => p.Compiled.Diagnostics).Select(d => d.Render()).Distinct())
            parsed.InvocationConfiguration.Error.Write(finding);
        if (programs.Any(p => p.Compiled.Module is null))
            return CompileErrors;

        var report = new TestReport(TestOutput.To(output));
        InstanceOptions options = OptionsOf(parsed);
        var engine = new EngineOptions { Engine = RunCommand.EngineOf(parsed), Metered = options.Fuel is not null };
        foreach (TestProgram program in programs)
            Run(program, engine, options, parsed.GetValue(Filter), report);
        report.Finish();
        return report.Failed > 0 ? TestsFailed : ExitCode.Success;
    }

    private static void Run(TestProgram program, EngineOptions engine, InstanceOptions options, string? filter, TestReport report)
    {
        TestCase[] selected = [.. program.Compiled.Tests.Where(t => filter is null || $"{t.Module}: {t.Name}".Contains(filter, StringComparison.OrdinalIgnoreCase))];
        if (selected.Length == 0)
            return;
        using GuestProgram guest = Programs.Prepare(program.Path, program.Compiled.Module!, engine);
        var runner = new TestRunner(guest, options);
        foreach (TestCase test in selected)
            report.Add(runner.Run(test), program.Compiled.Sources);
    }

    private static InstanceOptions OptionsOf(ParseResult parsed) => new()
    {
        Capabilities = RunCommand.CapabilitiesOf(parsed.GetValue(RunCommand.Allow) ?? []),
        Isolation = RunCommand.IsolationOf(parsed),
        Fuel = parsed.GetValue(RunCommand.Fuel),
        MemoryBytes = parsed.GetValue(RunCommand.Memory) ?? InstanceOptions.Default.MemoryBytes,
        StackBytes = parsed.GetValue(RunCommand.Stack) ?? InstanceOptions.Default.StackBytes,
        Limits = LimitsOf(parsed.GetValue(Timeout)),
    };

    private static ResourceLimits LimitsOf(double seconds)
    {
        if (seconds < 0)
            throw new CommandException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"--timeout needs seconds from 0 on, not {seconds}"));
        return seconds == 0 ? ResourceLimits.None : ResourceLimits.None with { WallClock = TimeSpan.FromSeconds(seconds) };
    }
}
