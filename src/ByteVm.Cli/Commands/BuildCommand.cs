using System.CommandLine;
using ByteVm.Bytecode;
using ByteVm.Tarn;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm build FILE -o OUT.bvm</c></summary>
internal static class BuildCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "A .tarn source, a folder with tarn.toml or main.tarn, or std and std.NAME for the standard library" };

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
              bytevm build std                       writes std.bvm: the whole standard library, to read or to embed
            """);
        return command;
    }

    private static int Build(ParseResult parsed)
    {
        Module module = Compile(parsed.GetRequiredValue(File), parsed.InvocationConfiguration.Error, requireMain: !parsed.GetValue(Library));
        string output = parsed.GetValue(Output) ?? DefaultOutput(parsed.GetRequiredValue(File));
        byte[] bytes = ModuleWriter.Write(module);
        ModuleFiles.WriteFile(output, bytes);
        if (parsed.GetValue(CommandLine.Verbose))
            parsed.InvocationConfiguration.Error.WriteLine($"bytevm: wrote {output}, {bytes.Length:N0} bytes, {module.Functions.Count:N0} functions");
        return ExitCode.Success;
    }

    private static Module Compile(string path, TextWriter messages, bool requireMain) => SourceModules.IsLibrary(path)
        ? ModuleFiles.Accept(path, TarnCompiler.CompileLibrary(path, SourceModules.OfLibrary(path), new DirectorySources("")), messages)
        : ModuleFiles.Compile(ModuleFiles.Locate(path), messages, requireMain);

    private static string DefaultOutput(string path) => SourceModules.IsLibrary(path) ? path + ".bvm" : Path.ChangeExtension(Path.TrimEndingDirectorySeparator(path), ".bvm");
}
