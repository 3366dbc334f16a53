using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ByteVm.Bytecode;
using ByteVm.Cli.Commands;
using ByteVm.Memory;
using ByteVm.Runtime.Linking;

namespace ByteVm.Cli;

/// <summary>The command line: its commands, and what happens to errors. No user ever sees a trace of C# frames, unless with --verbose.</summary>
internal static class CommandLine
{
    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Say more, also about internal errors", Recursive = true };

    public static int Run(string[] args) => Run(args, Console.Out, Console.Error);

    /// <param name="output">For what commands print. Programs that run have the process's own console.</param>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ParseResult? parsed = null;
        try
        {
            parsed = Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Action is ParseErrorAction wrong)
                wrong.ShowHelp = false;
            int code = parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
            if (parsed.Action is not ParseErrorAction)
                return code;
            error.WriteLine("Try 'bytevm --help'.");
            return ExitCode.Usage;
        }
        catch (CommandException e)
        {
            error.WriteLine($"bytevm: {PlainText.OfLines(e.Message)}");
            return e.ExitCode;
        }
        catch (LinkException e)
        {
            error.WriteLine($"bytevm: {PlainText.OfLines(e.Message)}");
            return ExitCode.BadInput;
        }
        catch (OutOfNativeMemoryException e)
        {
            error.WriteLine($"bytevm: {e.Message}");
            return ExitCode.Unavailable;
        }
        catch (Exception e)
        {
            error.WriteLine($"bytevm: internal error: {e.Message}");
            error.WriteLine(parsed?.GetValue(Verbose) ?? true ? e.ToString() : "This is an error in bytevm. Please report it with what --verbose prints.");
            return ExitCode.Internal;
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Runs, builds and inspects programs for the ByteVm virtual machine.")
        {
            RunCommand.Create(),
            BuildCommand.Create(),
            CheckCommand.Create(),
            TestCommand.Create(),
            FormatCommand.Create(),
            DocCommand.Create(),
            VerifyCommand.Create(),
            DisasmCommand.Create(),
            AsmCommand.Create(),
            HeapCommand.Create(),
            DoctorCommand.Create(),
        };
        root.Add(Verbose);
        AppendToHelp(root,
            """
            Examples:
              bytevm run hello.tarn                     compile and run
              bytevm build hello.tarn -o hello.bvm      make a module to ship
              bytevm run --allow fs:read=data app.bvm   let it read beneath the folder data


            """ + ExitCode.Help);
        return root;
    }

    /// <summary>Adds text, for example examples, to what --help prints for a command.</summary>
    public static void AppendToHelp(Command command, string text)
    {
        HelpOption? help = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (help is null)
            command.Add(help = new HelpOption());
        help.Action = new HelpWithText((HelpAction)help.Action!, text);
    }

    private sealed class HelpWithText(HelpAction standard, string text) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = standard.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(text);
            return code;
        }
    }
}
