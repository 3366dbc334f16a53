using System.Text.RegularExpressions;

namespace ByteVm.Tests.Specification;

/// <summary>An example of a page of lang/spec: a program and what comes of it, as the first chapter of tarn.md says how to write it.</summary>
/// <param name="Line">Of the page, where the program begins.</param>
/// <param name="Chapter">The heading above it.</param>
/// <param name="Entry">The file of <paramref name="Files"/> that is compiled.</param>
/// <param name="Files">Path and text of each source and manifest.</param>
/// <param name="Results">The blocks after it by kind: one of the constants.</param>
public sealed partial record Example(int Line, string Chapter, string Entry, IReadOnlyDictionary<string, string> Files, IReadOnlyDictionary<string, string> Results)
{
    /// <summary>What it writes.</summary>
    public const string Prints = "prints";

    /// <summary>The kind and message of the fault that ends it.</summary>
    public const string Fault = "fault";

    /// <summary>A line for each test block: its name, a colon, and how it went.</summary>
    public const string Tests = "tests";

    /// <summary>The page that <c>bytevm doc</c> makes of it.</summary>
    public const string Page = "markdown";

    /// <summary>What the verifier says of it.</summary>
    public const string Rejected = "rejected";

    /// <summary>The errors that its comments announce: <c>// TARN0200</c> at the end of the line.</summary>
    public IEnumerable<Refusal> Refusals =>
        from file in Files
        from line in file.Value.Split('\n').Index()
        from Match code in Code().Matches(Announcement().Match(line.Item).Value)
        select new Refusal(file.Key, line.Index + 1, code.Value);

    public override string ToString() => $"{Chapter}, line {Line}";

    [GeneratedRegex("(//|#) TARN[0-9]{4}(, TARN[0-9]{4})*$")]
    private static partial Regex Announcement();

    [GeneratedRegex("TARN[0-9]{4}")]
    private static partial Regex Code();
}

/// <summary>An error of the compiler at a line of a file.</summary>
public sealed record Refusal(string File, int Line, string Code);
