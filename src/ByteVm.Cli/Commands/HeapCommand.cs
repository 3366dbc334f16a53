using System.CommandLine;
using System.CommandLine.Parsing;
using ByteVm.Cli.Heaps;
using ByteVm.Memory;

namespace ByteVm.Cli.Commands;

/// <summary><c>bytevm heap FILE</c></summary>
internal static class HeapCommand
{
    private const int DefaultTop = 20;

    private static readonly Argument<string> File = new("FILE") { Description = "A heap dump that 'bytevm run --heap-dump FILE' wrote" };

    private static readonly Option<int> Top = new("--top")
    {
        Description = "Lines per table",
        DefaultValueFactory = _ => DefaultTop,
        HelpName = "LINES",
        CustomParser = result => (int)NumberText.Parse(result, 1, int.MaxValue),
    };

    public static Command Create()
    {
        var command = new Command("heap", "Show what fills a heap: types, what is held by which object, and why.") { File, Top };
        command.SetAction(Show);
        return command;
    }

    private static int Show(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(File);
        byte[] bytes = ModuleFiles.ReadFile(path, System.IO.File.ReadAllBytes);
        try
        {
            HeapDump dump = HeapDumpReader.Read(bytes);
            new HeapDumpReport(dump, parsed.GetValue(Top), parsed.InvocationConfiguration.Output).Print();
            return ExitCode.Success;
        }
        catch (HeapDumpException e)
        {
            throw new CommandException(ExitCode.BadInput, $"{path}: {e.Message}");
        }
    }
}
