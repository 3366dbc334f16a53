using System.CommandLine;
using ByteVm.Tarn;
using ByteVm.Tarn.Diagnostics;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm check FILE</c></summary>
internal static class CheckCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A .tarn source, or a folder with main.tarn" };

    public static Command Create()
    {
        var command = new Command("check", "Report the errors of a source without building it.") { File };
        command.SetAction(Check);
        return command;
    }

    private static int Check(ParseResult parsed)
    {
        string path = ModuleFiles.Locate(parsed.GetRequiredValue(File));
        CompilationResult result = ModuleFiles.Compile(path, new CompilerOptions { RequireMain = false, CheckOnly = true });
        parsed.InvocationConfiguration.Error.Write(result.RenderDiagnostics());
        return result.Diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCode.BadInput : ExitCode.Success;
    }
}
