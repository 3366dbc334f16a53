namespace ByteVm.Tests.Specification;

/// <summary>Reads the examples of a page of lang/spec: the blocks of one language.</summary>
internal sealed class ExamplePage
{
    private const string Fence = "```";

    private static readonly string[] resultKinds = [Example.Prints, Example.Fault, Example.Tests, Example.Page, Example.Rejected];

    private readonly string language;
    private readonly List<Example> examples = [];

    /// <summary>What <see cref="examples"/>' next one is made of.</summary>
    private readonly Dictionary<string, string> files = [];
    private readonly Dictionary<string, string> results = [];
    private string chapter = "";
    private string entry = "";
    private int entryLine;

    private ExamplePage(string language) => this.language = language;

    public static IReadOnlyList<Example> Tarn() => Read("tarn.md", "tarn");

    public static IReadOnlyList<Example> Bytecode() => Read("bytecode.md", "bva");

    private static List<Example> Read(string file, string language)
    {
        var page = new ExamplePage(language);
        page.ReadAll(File.ReadAllLines(Path.Combine(Repository.Root, "lang", "spec", file)));
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
        else if (words[0] == language)
            AddSource(words[1..], text, start + 1);
        else if (words is ["toml", var path])
            AddFile(path, text, start + 1);
        return end;
    }

    private void AddSource(string[] words, string text, int line)
    {
        if (words is ["body"])
            text = $"fn main() {{ {text.Replace("\n", "\n    ", StringComparison.Ordinal).TrimEnd(' ')}}}\n";
        AddFile(words is [var path] && path != "body" ? path : $"example.{language}", text, line);
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
