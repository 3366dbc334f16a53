using System.CommandLine;
using ByteVm.Bytecode;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm asm FILE.bva -o OUT.bvm</c></summary>
internal static class AsmCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A .bva text", HelpName = "FILE.bva" };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "The module to write; default: the text's name with .bvm",
        HelpName = "OUT.bvm",
    };

    public static Command Create()
    {
        var command = new Command("asm", "Assemble the text form of a module. Not verified: see 'bytevm verify'.") { File, Output };
        command.SetAction(Assemble);
        return command;
    }

    private static int Assemble(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(File);
        ModuleFiles.WriteFile(parsed.GetValue(Output) ?? Path.ChangeExtension(path, ".bvm"), ModuleWriter.Write(ModuleFiles.Assemble(path)));
        return ExitCode.Success;
    }
}
