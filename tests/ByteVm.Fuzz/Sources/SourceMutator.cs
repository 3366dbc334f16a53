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
        {
            if (random.Next(3) == 0)
                ChangeInKind(tokens, random);
            else
                Change(tokens, foreign, random);
        }

        return string.Concat(tokens);
    }

    /// <summary>Most changes of tokens end in the parser. These mostly parse, and ask what types and flow have to say.</summary>
    private static void ChangeInKind(List<string> tokens, Random random)
    {
        if (random.Next(8) == 0)
        {
            MakeInline(tokens, random);
            return;
        }

        int at = random.Next(tokens.Count);
        for (int tries = 0; tries < 50 && !IsName(tokens[at]) && !char.IsAsciiDigit(tokens[at][0]); tries++)
            at = random.Next(tokens.Count);
        string token = tokens[at];
        tokens[at] = random.Next(10) switch
        {
            0 => types[random.Next(types.Length)],
            1 => token + "?",
            2 => token + "!!",
            3 => token + "[]",
            4 => $"(if true {{ {token} }} else {{ {token} }})",
            5 => $"(try {{ {token} }} catch {{ {token} }} finally {{ print(\"f\") }})",
            6 => $"(match {token} {{ held => held }})",
            7 => $"(() => {token})()",
            8 => $"({token} ?? throw Exception(\"none\"))",
            _ => Alike(token, tokens, random),
        };
    }

    /// <summary>Puts the bodies of some functions where they are called.</summary>
    private static void MakeInline(List<string> tokens, Random random)
    {
        int share = 1 + random.Next(5);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i] == "fn" && random.Next(share) == 0)
                tokens[i] = "inline fn";
        }
    }

    private static string Alike(string token, List<string> tokens, Random random)
    {
        string[] alike = [.. tokens.Where(t => t.Length > 0 && char.IsUpper(t[0]) == char.IsUpper(token[0]) && char.IsAsciiDigit(t[0]) == char.IsAsciiDigit(token[0]) && (IsName(t) || char.IsAsciiDigit(t[0])))];
        return alike.Length == 0 ? token : alike[random.Next(alike.Length)];
    }

    private static bool IsName(string token) => char.IsLetter(token[0]) && !keywords.Contains(token);

    private static readonly string[] types = ["int", "long", "byte", "double", "char", "bool", "string", "object", "int?", "T", "(int, string)", "fn(int): int", "int[]", "string?[]"];

    private static readonly HashSet<string> keywords =
    [
        "import", "fn", "let", "var", "class", "interface", "enum", "init", "open", "abstract", "override", "private", "static", "extern", "if", "else", "match", "while", "for", "in", "break", "continue",
        "return", "new", "is", "as", "throw", "try", "catch", "finally", "defer", "operator", "value", "get", "set", "test", "inline",
    ];

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
