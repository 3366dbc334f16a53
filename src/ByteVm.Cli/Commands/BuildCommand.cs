using System.CommandLine;
using ByteVm.Bytecode;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm build FILE -o OUT.bvm</c></summary>
internal static class BuildCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A .tarn source, or a folder with main.tarn" };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "The module to write; default: the source's name with .bvm",
        HelpName = "OUT.bvm",
    };

    private static readonly Option<bool> Library = new("--library") { Description = "Accept a module without main, for embedding" };

    public static Command Create()
    {
        var command = new Command("build", "Compile a program into one module file to ship.") { File, Output, Library };
        command.SetAction(Build);
        CommandLine.AppendToHelp(command,
            """
            Examples:
              bytevm build hello.tarn                writes hello.bvm
              bytevm build src/app -o app.bvm        compiles src/app/main.tarn and what it imports
            """);
        return command;
    }

    private static int Build(ParseResult parsed)
    {
        string source = ModuleFiles.Locate(parsed.GetRequiredValue(File));
        Module module = ModuleFiles.Compile(source, parsed.InvocationConfiguration.Error, requireMain: !parsed.GetValue(Library));
        string output = parsed.GetValue(Output) ?? DefaultOutput(parsed.GetRequiredValue(File));
        byte[] bytes = ModuleWriter.Write(module);
        ModuleFiles.WriteFile(output, bytes);
        if (parsed.GetValue(CommandLine.Verbose))
            parsed.InvocationConfiguration.Error.WriteLine($"bytevm: wrote {output}, {bytes.Length:N0} bytes, {module.Functions.Count:N0} functions");
        return ExitCode.Success;
    }

    private static string DefaultOutput(string path) => Path.ChangeExtension(Path.TrimEndingDirectorySeparator(path), ".bvm");
}
