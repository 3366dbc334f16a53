using System.CommandLine;
using System.Text;
using ByteVm.Tarn;
using ByteVm.Tarn.Formatting;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm fmt FILE|FOLDER...</c></summary>
internal static class FormatCommand
{
    /// <summary>With --check: a file is not as it should be.</summary>
    private const int NotFormatted = 1;

    private const string StandardInput = "-";

    private static readonly Argument<string[]> Files = new("FILE")
    {
        Description = "Sources, folders whose sources are formatted all, or - to format the standard input to the standard output",
        HelpName = "FILE|FOLDER...",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> Check = new("--check") { Description = "Write nothing; name the files that are not formatted" };

    public static Command Create()
    {
        var command = new Command("fmt", "Bring sources into the one style.") { Files, Check };
        command.SetAction(Format);
        CommandLine.AppendToHelp(command,
            $"""
            Line breaks and comments stay as they are; indentation, spaces, blank lines and braces have one form.

            Examples:
              bytevm fmt src                 all sources in src and the folders in it
              bytevm fmt --check src         for a build: names what would change

            Exit codes:
              0  done, or nothing to do      {NotFormatted}  --check has found files      others as for "run"
            """);
        return command;
    }

    private static int Format(ParseResult parsed)
    {
        string[] files = parsed.GetRequiredValue(Files);
        TextWriter output = parsed.InvocationConfiguration.Output;
        TextWriter error = parsed.InvocationConfiguration.Error;
        if (files is [StandardInput])
        {
            output.Write(FormatText(new SourceText("<stdin>", Console.In.ReadToEnd()), error) ?? throw HasErrors(StandardInput));
            return ExitCode.Success;
        }

        bool isCheck = parsed.GetValue(Check);
        string[] changed = [.. SourcePaths.Find(files).Where(f => FormatFile(f, isCheck, error))];
        foreach (string file in changed)
            output.WriteLine(file);
        return isCheck && changed.Length > 0 ? NotFormatted : ExitCode.Success;
    }

    /// <summary>Whether the file was not formatted.</summary>
    private static bool FormatFile(string path, bool isCheck, TextWriter error)
    {
        string text = ModuleFiles.ReadFile(path, SourceReader.Read);
        string formatted = FormatText(new SourceText(path, text), error) ?? throw HasErrors(path);
        if (formatted == text)
            return false;
        if (!isCheck)
            ModuleFiles.WriteFile(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(formatted));
        return true;
    }

    private static string? FormatText(SourceText source, TextWriter error)
    {
        FormatResult result = TarnFormatter.Format(source);
        error.Write(string.Concat(result.Diagnostics.Select(d => d.Render())));
        return result.Text;
    }

    private static CommandException HasErrors(string path) => new(ExitCode.BadInput, $"{path} has errors and is left as it is");
}
