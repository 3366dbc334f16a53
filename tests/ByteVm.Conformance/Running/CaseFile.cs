using System.Globalization;
using ByteVm.Memory;

namespace ByteVm.Conformance.Running;

/// <summary>
/// Reads what programs must do. A file <c>NAME.case</c> has one or more blocks, each one run:
/// <code>
/// === title                 begins a block; may be left out before the first
/// program: ../x.tarn        the program, relative to this file; NAME.tarn when left out
/// args: 10 "two words"      its arguments
/// allow: fs:write=.         a capability; may be repeated
/// fuel: 100000              limits: units, bytes, bytes
/// memory: 1000000
/// stack: 65536
/// exit: 3                   the exit code; 0 when left out
/// stress: every 100         a collection at about each hundredth chance, as at each it would take too long
/// --- stdin                 then the lines of its input
/// --- stdout                then the lines of its output
/// --- fault                 then the fault that ends it, with its trace
/// </code>
/// A line that starts with # outside of a section is a comment.
/// </summary>
internal sealed class CaseFile(string path)
{
    private const int StressSeed = 1;

    private readonly Dictionary<string, string> keys = [];
    private readonly List<string> grants = [];
    private readonly Dictionary<string, List<string>> sections = [];
    private readonly List<ProgramCase> cases = [];
    private string title = "";
    private List<string>? section;

    public static IReadOnlyList<ProgramCase> Read(string path) => new CaseFile(path).ReadAll();

    private List<ProgramCase> ReadAll()
    {
        foreach (string line in File.ReadLines(path))
            ReadLine(line);
        EndBlock();
        return cases;
    }

    private void ReadLine(string line)
    {
        if (line.StartsWith("=== ", StringComparison.Ordinal))
            BeginBlock(line[4..]);
        else if (line.StartsWith("--- ", StringComparison.Ordinal))
            sections.Add(line[4..], section = []);
        else if (section is not null)
            section.Add(line);
        else if (line.Length > 0 && line[0] != '#')
            ReadKey(line);
    }

    private void ReadKey(string line)
    {
        if (line.Split(": ", 2) is not [string key, string value])
            throw new FormatException($"{path}: '{line}' is neither 'key: value' nor in a section");
        if (key == "allow")
            grants.Add(value);
        else
            keys.Add(key, value);
    }

    private void BeginBlock(string nextTitle)
    {
        if (sections.Count > 0)
            EndBlock();
        title = nextTitle;
        section = null;
    }

    private void EndBlock()
    {
        cases.Add(new ProgramCase
        {
            Name = Path.GetFileNameWithoutExtension(path) + (title.Length > 0 ? $", {title}" : ""),
            Source = Path.GetFullPath(Take("program") ?? Path.GetFileNameWithoutExtension(path) + ".tarn", Path.GetDirectoryName(path)!),
            Arguments = Words(Take("args") ?? ""),
            Grants = [.. grants],
            Input = Section("stdin") ?? "",
            Output = Section("stdout") ?? "",
            Fault = Section("fault")?.TrimEnd('\n'),
            ExitCode = (int)(Number("exit") ?? 0),
            Fuel = Number("fuel"),
            MemoryBytes = Number("memory"),
            StackBytes = Number("stack"),
            Stress = Take("stress") is { } stress ? RareStress(stress) : GcStress.Safepoints,
        });
        if (keys.Count > 0 || sections.Count > 0)
            throw new FormatException($"{path}: unknown {string.Join(", ", keys.Keys.Concat(sections.Keys))}");
        grants.Clear();
    }

    private string? Take(string key) => keys.Remove(key, out string? value) ? value : null;

    private long? Number(string key) => Take(key) is { } value ? long.Parse(value, CultureInfo.InvariantCulture) : null;

    private GcStress RareStress(string text) =>
        text.Split(' ') is ["every", var interval] ? GcStress.Random(StressSeed, int.Parse(interval, CultureInfo.InvariantCulture)) : throw new FormatException($"{path}: 'stress: {text}' is not 'stress: every N'");

    private string? Section(string name) => sections.Remove(name, out List<string>? lines) ? string.Concat(lines.Select(line => line + "\n")) : null;

    private static string[] Words(string text)
    {
        string[] parts = text.Split('"');
        return [.. parts.SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }
}
