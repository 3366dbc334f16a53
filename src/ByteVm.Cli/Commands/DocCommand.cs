using System.CommandLine;
using System.Text;
using ByteVm.Tarn;
using ByteVm.Tarn.Documentation;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm doc FILE|FOLDER|std</c></summary>
internal static class DocCommand
{
    private static readonly Argument<string> File = new("FILE")
    {
        Description = "A source, a folder or package whose sources are documented all, or std and std.NAME for the standard library",
        HelpName = "FILE|FOLDER",
    };

    private static readonly Option<string?> Output = new("--output", "-o") { Description = "Write a page for each module, and an index, into this folder", HelpName = "FOLDER" };

    public static Command Create()
    {
        var command = new Command("doc", "Make pages, as Markdown, from the /// comments of sources.") { File, Output };
        command.SetAction(Document);
        CommandLine.AppendToHelp(command,
            """
            Examples:
              bytevm doc std.text            what is in a module of the standard library
              bytevm doc src/app -o docs     docs/index.md and a page for each module
            """);
        return command;
    }

    private static int Document(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(File);
        IReadOnlyList<SourceModule> modules = SourceModules.Find(path, parsed.InvocationConfiguration.Error);
        string[] pages = [.. modules.Select(PageOf)];
        if (parsed.GetValue(Output) is not { } folder)
            parsed.InvocationConfiguration.Output.Write(string.Join('\n', pages));
        else
            Write(folder, path, modules, pages);
        return ExitCode.Success;
    }

    private static string PageOf(SourceModule module)
    {
        try
        {
            return TarnDocumentation.Page(module);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.BadInput, e.Message);
        }
    }

    private static void Write(string folder, string title, IReadOnlyList<SourceModule> modules, string[] pages)
    {
        ModuleFiles.CreateFolder(folder);
        for (int i = 0; i < pages.Length; i++)
            WritePage(folder, modules[i].Name, pages[i]);
        WritePage(folder, "index", TarnDocumentation.Index(title, modules));
    }

    private static void WritePage(string folder, string name, string text) => ModuleFiles.WriteFile(Path.Combine(folder, name + ".md"), Encoding.UTF8.GetBytes(text));
}
