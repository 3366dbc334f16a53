namespace ByteVm.Tests.Tarn.Specification;

/// <summary>Reads the examples of lang/spec/tarn.md.</summary>
internal sealed class ExamplePage
{
    private const string Fence = "```";
    private const string DefaultFile = "example.tarn";

    private static readonly string[] resultKinds = [Example.Prints, Example.Fault, Example.Tests, Example.Page];

    private readonly List<Example> examples = [];

    /// <summary>What <see cref="examples"/>' next one is made of.</summary>
    private readonly Dictionary<string, string> files = [];
    private readonly Dictionary<string, string> results = [];
    private string chapter = "";
    private string entry = DefaultFile;
    private int entryLine;

    private ExamplePage()
    {
    }

    public static IReadOnlyList<Example> Read()
    {
        var page = new ExamplePage();
        page.ReadAll(File.ReadAllLines(Path.Combine(Repository.Root, "lang", "spec", "tarn.md")));
        return page.examples;
    }

    private void ReadAll(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(Fence, StringComparison.Ordinal))
                i = ReadBlock(lines, i);
            else
                ReadText(lines[i]);
        }

        EndExample();
    }

    private void ReadText(string line)
    {
        EndExample();
        if (line.StartsWith('#'))
            chapter = line.TrimStart('#', ' ');
    }

    /// <summary>Returns the line of the block's end.</summary>
    private int ReadBlock(string[] lines, int start)
    {
        // A block that shows blocks has a longer fence.
        string info = lines[start].TrimStart('`');
        int end = Array.IndexOf(lines, lines[start][..^info.Length], start + 1);
        string text = string.Concat(lines[(start + 1)..end].Select(line => line + "\n"));
        string[] words = info.Split(' ');
        if (resultKinds.Contains(words[0]))
            results.Add(words[0], text);
        else if (words is ["tarn", ..])
            AddSource(words[1..], text, start + 1);
        else if (words is ["toml", var path])
            AddFile(path, text, start + 1);
        return end;
    }

    private void AddSource(string[] words, string text, int line)
    {
        if (words is ["body"])
            text = $"fn main() {{ {text}}}\n";
        AddFile(words is [var path] && path != "body" ? path : DefaultFile, text, line);
    }

    private void AddFile(string path, string text, int line)
    {
        files.Add(path, text);
        (entry, entryLine) = (path, line);
    }

    private void EndExample()
    {
        if (files.Count == 0 && results.Count > 0)
            throw new FormatException($"A result in the chapter '{chapter}' does not stand directly below a program.");
        if (files.Count > 0)
            examples.Add(new Example(entryLine, chapter, entry, new Dictionary<string, string>(files), new Dictionary<string, string>(results)));
        files.Clear();
        results.Clear();
    }
}
