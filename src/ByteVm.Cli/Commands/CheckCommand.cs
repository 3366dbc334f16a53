using System.CommandLine;
using ByteVm.Tarn;
using ByteVm.Tarn.Diagnostics;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm check FILE|std</c></summary>
internal static class CheckCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A .tarn source, a folder with tarn.toml or main.tarn, or std and std.NAME for the standard library" };

    public static Command Create()
    {
        var command = new Command("check", "Report the errors of a source without building it.") { File };
        command.SetAction(Check);
        return command;
    }

    private static int Check(ParseResult parsed)
    {
        CompilationResult result = Check(parsed.GetRequiredValue(File));
        parsed.InvocationConfiguration.Error.Write(result.RenderDiagnostics());
        return result.Diagnostics.Any(d => d.Severity == Severity.Error) ? ExitCode.BadInput : ExitCode.Success;
    }

    private static CompilationResult Check(string path) => SourceModules.IsLibrary(path)
        ? TarnCompiler.Check(SourceModules.OfLibrary(path), new DirectorySources(""))
        : ModuleFiles.Compile(ModuleFiles.Locate(path), new CompilerOptions { RequireMain = false, CheckOnly = true });
}
