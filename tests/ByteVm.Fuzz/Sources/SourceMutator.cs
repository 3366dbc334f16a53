using System.Text;
using System.Text.RegularExpressions;
using ByteVm.Fuzz.Modules;

namespace ByteVm.Fuzz.Sources;

/// <summary>Changes sources by tokens, mostly, and by bytes.</summary>
internal static partial class SourceMutator
{
    /// <param name="source">What is changed.</param>
    /// <param name="other">Where foreign tokens come from.</param>
    /// <param name="random">Decides everything.</param>
    public static string Mutate(string source, string other, Random random)
    {
        if (random.Next(5) == 0)
            return Encoding.UTF8.GetString(ByteMutator.Mutate(Encoding.UTF8.GetBytes(source), random));
        List<string> tokens = Tokens(source);
        List<string> foreign = Tokens(other);
        for (int i = 1 + random.Next(random.Next(4) == 0 ? 12 : 3); i > 0 && tokens.Count > 1; i--)
            Change(tokens, foreign, random);
        return string.Concat(tokens);
    }

    private static List<string> Tokens(string source) => [.. Token().Matches(source).Select(m => m.Value)];

    private static void Change(List<string> tokens, List<string> foreign, Random random)
    {
        int at = random.Next(tokens.Count);
        int length = Math.Min(1 + random.Next(random.Next(6) == 0 ? 60 : 3), tokens.Count - at);
        switch (random.Next(6))
        {
            case 0:
                tokens.RemoveRange(at, length);
                break;
            case 1:
                tokens.InsertRange(random.Next(tokens.Count + 1), tokens.GetRange(at, length));
                break;
            case 2:
                int with = random.Next(tokens.Count);
                (tokens[at], tokens[with]) = (tokens[with], tokens[at]);
                break;
            case 3:
                tokens[at] = tokens[random.Next(tokens.Count)];
                break;
            case 4:
                tokens[at] = foreign[random.Next(foreign.Count)];
                break;
            default:
                int from = random.Next(foreign.Count);
                tokens.InsertRange(at, foreign.GetRange(from, Math.Min(length, foreign.Count - from)));
                break;
        }
    }

    [GeneratedRegex("""//[^\n]*|"(?:\\.|[^"\\\n])*"|\w+|\s+|[-+*/%=<>!&|^?.]{2,3}|.""", RegexOptions.Singleline)]
    private static partial Regex Token();
}
