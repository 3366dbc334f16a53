using System.Text;
using System.Text.RegularExpressions;

namespace ByteVm.Fuzz.Library;

/// <summary>
/// std.regex against .NET's Regex: the same matches and groups for patterns that mean the same to both;
/// and patterns that were damaged end in a FormatException or a match, never in a fault.
/// </summary>
internal sealed class RegexFuzzer : ICaseFuzzer
{
    private const int TextsOfPattern = 4;

    // Some patterns explode in a backtracking engine.
    private static readonly TimeSpan DotNetLimit = TimeSpan.FromMilliseconds(500);

    private const string Source =
        """
        import std.collections.List
        import std.regex.Regex

        // The start and end of every group of every match; [-2] when the pattern is malformed.
        fn places(pattern: string, text: string): int[] {
            let regex = try { Regex(pattern) } catch e: FormatException { return [-2] }
            let places = List<int>()
            for found in regex.findAll(text) {
                for group in 0..=regex.groupCount {
                    places.add(found.groupStart(group))
                    places.add(found.groupEnd(group))
                }
            }
            return places.toArray()
        }
        """;

    private readonly FuzzGuest guest = new(Source);
    private int patterns;
    private int matches;

    public string Summary => $"{patterns} patterns, {matches} matches as .NET's";

    public void Dispose() => guest.Dispose();

    public string? Run(Random random, out string input)
    {
        var generator = new RandomPattern(random);
        string pattern = input = generator.Next();
        patterns++;
        Regex linear = new(ForDotNet(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        for (int i = 0; i < TextsOfPattern; i++)
        {
            string text = generator.Text();
            int[] wanted = Places(linear, text);
            int[] found = Find(pattern, text);
            matches += wanted.Length / (2 * linear.GetGroupNumbers().Length);
            if (!wanted.AsSpan().SequenceEqual(found) && !BacktrackingFinds(ForDotNet(pattern), text, found))
                return $"/{pattern}/ in \"{text.ReplaceLineEndings("\\n")}\": [{string.Join(' ', found)}], .NET: [{string.Join(' ', wanted)}]";
        }

        input = Damaged(random, pattern);
        Find(input, generator.Text());
        return null;
    }

    // What becomes of it only has to be an error or a search.
    private static string Damaged(Random random, string pattern)
    {
        var damaged = new StringBuilder(pattern);
        for (int i = random.Next(1, 4); i > 0; i--)
            damaged.Insert(random.Next(damaged.Length + 1), @"()[]{}*+?|\^$.-,<>:=!iPx9"[random.Next(25)]);
        return damaged.ToString();
    }

    private int[] Find(string pattern, string text) => guest.Call<int[]>("places", pattern, text);

    // '$' of .NET matches before a last line break, too, but for that of several lines, which always stands alone; \s, \d and \w are those of
    // ASCII by the choice of the alphabet.
    private static string ForDotNet(string pattern) =>
        pattern.Replace("(?m:$)", "(?m:END)", StringComparison.Ordinal)
            .Replace("$", @"\z", StringComparison.Ordinal)
            .Replace("END", "$", StringComparison.Ordinal);

    // .NET has two engines, and where they differ either may be wrong: \D+\B is not found in "bB" by one.
    private static bool BacktrackingFinds(string pattern, string text, int[] found)
    {
        try
        {
            return Places(new Regex(pattern, RegexOptions.CultureInvariant, DotNetLimit), text).AsSpan().SequenceEqual(found);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static int[] Places(Regex regex, string text)
    {
        var places = new List<int>();
        int[] numbers = NumbersInOrder(regex);
        foreach (Match match in regex.Matches(text))
        {
            foreach (int number in numbers)
            {
                Group group = match.Groups[number];
                places.Add(group.Success ? Bytes(text, group.Index) : -1);
                places.Add(group.Success ? Bytes(text, group.Index + group.Length) : -1);
            }
        }

        return [.. places];
    }

    // .NET numbers named groups after all others, here they are numbered as they stand.
    private static int[] NumbersInOrder(Regex regex)
    {
        string pattern = regex.ToString();
        var order = new List<int> { 0 };
        int unnamed = 0;
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
                i++;
            else if (pattern[i] == '(' && pattern[i + 1] != '?')
                order.Add(++unnamed);
            else if (pattern[i] == '(' && pattern[i + 2] == '<')
                order.Add(regex.GroupNumberFromName(pattern[(i + 3)..pattern.IndexOf('>', i)]));
        }

        return [.. order];
    }

    private static int Bytes(string text, int length) => Encoding.UTF8.GetByteCount(text.AsSpan(0, length));
}
