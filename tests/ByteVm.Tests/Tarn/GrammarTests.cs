using System.Text;
using System.Text.RegularExpressions;

namespace ByteVm.Tests.Tarn;

public sealed partial class GrammarTests
{
    private static readonly string grammars = Path.Combine(Repository.Root, "lang", "grammar");
    private static readonly string reference = Path.Combine(Repository.Root, "lang", "spec", "tarn.md");

    /// <summary>Tokens that are no fixed text, or are told from others by where they stand.</summary>
    private static readonly Dictionary<string, string> namedTokens = new()
    {
        ["TEST"] = "'test'", ["GET"] = "'get'", ["SET"] = "'set'", ["OPERATOR"] = "'operator'", ["INLINE"] = "'inline'", ["VALUE"] = "'value'", ["ELSE_IF"] = "'else'",
        ["CALL_OPEN"] = "'('", ["LAMBDA_OPEN"] = "'('", ["LAMBDA_PARAMETER"] = "name", ["TYPE_OPEN"] = "'<'", ["TYPE_CLOSE"] = "'>'",
        ["STRING_START"] = "'\"'", ["STRING_END"] = "'\"'", ["INTERPOLATION"] = "'${'", ["STRING_TEXT"] = "text", ["IDENT"] = "name", ["INT"] = "int",
        ["RAW_STRING"] = "raw_string",
    };

    /// <summary>ANTLR predicts at run time only where one token does not decide. Prediction is slow, and recurses without bound.</summary>
    [Fact]
    public void EveryDecisionOfTheParserIsMadeByOneToken()
    {
        string generated = File.ReadAllText(Path.Combine(Repository.Root, "src", "ByteVm.Tarn", "Generated", "TarnParser.cs"));
        Assert.Contains("public ExpressionContext expression()", generated);
        Assert.DoesNotContain("AdaptivePredict", generated);
    }

    /// <summary>The reference's grammar is the parser's, with tokens as they are written. With BLESS=1 in the environment it is written instead of compared.</summary>
    [Fact]
    public void TheReferenceHasTheParsersGrammar()
    {
        string text = File.ReadAllText(reference);
        string expected = GrammarBlock().Replace(text, $"```ebnf\n{Readable().Replace("$", "$$", StringComparison.Ordinal)}```");
        if (Environment.GetEnvironmentVariable("BLESS") == "1")
            File.WriteAllText(reference, expected);
        Assert.Equal(expected, File.ReadAllText(reference));
        Assert.Contains("\nfunctionDeclaration", expected);
    }

    private static string Readable()
    {
        Dictionary<string, string> tokens = LiteralToken().Matches(File.ReadAllText(Path.Combine(grammars, "TarnLexer.g4")))
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        var text = new StringBuilder("separator = newline | ';'\n");
        foreach (Match rule in Rule().Matches(File.ReadAllText(Path.Combine(grammars, "TarnParser.g4"))))
        {
            string body = Regex.Replace(rule.Groups[2].Value.Trim(), @"\s+", " ").Replace("(NEWLINE | SEMI)", "separator", StringComparison.Ordinal);
            body = Regex.Replace(body, @"\b[A-Z][A-Z_]*\b", m => Token(m.Value, tokens));
            text.Append(rule.Groups[1].Value).Append(" =").Append(Wrap(body)).Append('\n');
        }

        return text.ToString();
    }

    private static string Token(string name, Dictionary<string, string> literals) =>
        namedTokens.TryGetValue(name, out string? text) || literals.TryGetValue(name, out text) ? text : name.ToLowerInvariant();

    /// <summary>Long rules have a line for each of their alternatives.</summary>
    private static string Wrap(string body)
    {
        const int Width = 120;
        if (body.Length <= Width)
            return " " + body;
        var lines = new StringBuilder("\n    ");
        int depth = 0;
        bool quoted = false;
        foreach (char c in body)
        {
            quoted ^= c == '\'';
            depth += quoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
            lines.Append(c == '|' && depth == 0 && !quoted ? "\n    |" : c.ToString());
        }

        return lines.ToString().Replace(" \n", "\n", StringComparison.Ordinal);
    }

    [GeneratedRegex("```ebnf\n.*?```", RegexOptions.Singleline)]
    private static partial Regex GrammarBlock();

    [GeneratedRegex(@"^([A-Z_]+): ('(?:[^'\\]|\\.)+')(?: ->.*)?;", RegexOptions.Multiline)]
    private static partial Regex LiteralToken();

    [GeneratedRegex(@"^([a-z]\w*)\s*:(.*?);\s*$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Rule();
}
