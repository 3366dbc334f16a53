using System.CommandLine;
using ByteVm.Bytecode;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm disasm FILE</c></summary>
internal static class DisasmCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = $"What to show: {ModuleFiles.Forms}" };

    private static readonly Option<string?> Function = new("--function") { Description = "Only functions of this name", HelpName = "NAME" };

    private static readonly Option<bool> Lossless = new("--lossless") { Description = "With all tables, so that 'bytevm asm' gives the same bytes again" };

    private static readonly Option<bool> Native = new("--native") { Description = "With the baseline compiler's machine code beneath each instruction" };

    public static Command Create()
    {
        var command = new Command("disasm", "Show a module as text, with its source lines where the sources are at hand.") { File, Function, Lossless, Native };
        command.SetAction(Disassemble);
        CommandLine.AppendToHelp(command,
            """
            Examples:
              bytevm disasm hello.bvm --function main
              bytevm disasm hello.bvm --lossless > hello.bva
              bytevm disasm hello.tarn --function main --native
            """);
        return command;
    }

    private static int Disassemble(ParseResult parsed)
    {
        Module module = ModuleFiles.Load(parsed.GetRequiredValue(File), parsed.InvocationConfiguration.Error, requireMain: false);
        var options = new DisassemblerOptions
        {
            Function = parsed.GetValue(Function),
            Tables = parsed.GetValue(Lossless),
            SourceLine = parsed.GetValue(Lossless) ? null : new SourceLines().Find,
            Notes = parsed.GetValue(Native) ? NativeNotes(parsed.GetRequiredValue(File), module) : null,
        };
        if (options.Function is { } name && module.Functions.All(f => f.Name != name))
            throw new CommandException(ExitCode.Usage, $"there is no function '{name}'; there are {string.Join(", ", module.Functions.Select(f => f.Name))}");
        Disassembler.Write(module, parsed.InvocationConfiguration.Output, options);
        return ExitCode.Success;
    }

    /// <summary>Functions with type parameters have no code of their own, only their specializations have.</summary>
    private static Func<int, int, IEnumerable<string>> NativeNotes(string path, Module module)
    {
        GuestProgram program = Programs.Prepare(path, module, new EngineOptions { Engine = EngineKind.Baseline });
        var listings = new Dictionary<int, ILookup<int, string>>();
        return (function, instruction) =>
        {
            if (module.Functions[function].TypeParameters.Count > 0)
                return [];
            if (!listings.TryGetValue(function, out ILookup<int, string>? listing))
                listings[function] = listing = NativeCodeText.Of(program, function);
            return listing[instruction];
        };
    }

    /// <summary>Lines of the source files that are where the module says.</summary>
    private sealed class SourceLines
    {
        private readonly Dictionary<string, string[]?> files = [];

        public string? Find(string file, int line)
        {
            if (!files.TryGetValue(file, out string[]? lines))
                files[file] = lines = System.IO.File.Exists(file) ? System.IO.File.ReadAllLines(file) : null;
            return lines is not null && line <= lines.Length ? lines[line - 1] : null;
        }
    }
}
