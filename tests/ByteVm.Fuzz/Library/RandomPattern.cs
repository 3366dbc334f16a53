using System.Text;

namespace ByteVm.Fuzz.Library;

/// <summary>
/// Patterns that mean the same to std.regex and to .NET, and texts in which they may match. Nothing is repeated that can be empty: engines
/// differ in what they do then, and .NET misses matches (of ()+?, for example).
/// </summary>
internal sealed class RandomPattern(Random random)
{
    // Letters that meet often, a line break, and symbols of two and three bytes that are no word characters to either side.
    private static readonly string[] Alphabet = ["a", "b", "c", "A", "B", "0", "1", "_", " ", "-", "\n", "¬", "→"];

    private readonly StringBuilder pattern = new();
    private int budget;
    private bool isMultiline;

    /// <summary>A new pattern. '$' stands where this library has the end of the text.</summary>
    public string Next()
    {
        pattern.Clear();
        budget = random.Next(2, 14);
        Choice(0);
        return pattern.ToString();
    }

    public string Text()
    {
        var text = new StringBuilder();
        int length = random.Next(30);
        int variety = random.Next(2, Alphabet.Length + 1);
        for (int i = 0; i < length; i++)
            text.Append(Alphabet[random.Next(variety)]);
        return text.ToString();
    }

    // These say whether what they added can be empty.
    private bool Choice(int depth)
    {
        bool isNullable = Sequence(depth);
        while (budget > 0 && random.Next(4) == 0)
        {
            pattern.Append('|');
            isNullable |= Sequence(depth);
        }

        return isNullable;
    }

    private bool Sequence(int depth)
    {
        bool isNullable = true;
        int parts = random.Next(depth == 0 ? 1 : 0, 4);
        for (int i = 0; i < parts && budget > 0; i++)
        {
            budget--;
            isNullable &= Atom(depth) || Quantifier();
        }

        return isNullable;
    }

    private bool Atom(int depth)
    {
        switch (random.Next(depth < 4 ? 14 : 10))
        {
            case 0:
                pattern.Append('.');
                return false;
            case 1:
                pattern.Append(Pick(@"\w", @"\d", @"\s", @"\W", @"\D", @"\S", @"\p{L}", @"\p{Lu}", @"\P{Ll}", @"\p{P}"));
                return false;
            case 2:
                Class();
                return false;
            case 3:
                pattern.Append(Pick("^", isMultiline ? "(?m:$)" : "$", @"\b", @"\B", @"\A", @"\z"));
                return true;
            case < 10:
                pattern.Append(Literal());
                return false;
            default:
                return Group(depth);
        }
    }

    private bool Group(int depth)
    {
        string opening = Pick("(", "(", "(?:", "(?i:", "(?s:", "(?m:", $"(?<n{pattern.Length}>");
        bool outer = isMultiline;
        isMultiline |= opening == "(?m:";
        pattern.Append(opening);
        bool isNullable = Choice(depth + 1);
        pattern.Append(')');
        isMultiline = outer;
        return isNullable;
    }

    private void Class()
    {
        pattern.Append(Pick("[", "[^"));
        for (int i = random.Next(1, 4); i > 0; i--)
            pattern.Append(Pick("a-c", "A-Z", "0-9", @"\w", @"\s", @"\D", "_", "→", @"\-", "b-→", @"\n", @"\p{Ll}", @"\P{N}", @"\p{S}"));
        pattern.Append(']');
    }

    private bool Quantifier()
    {
        if (random.Next(3) != 0)
            return false;
        int least = random.Next(3);
        string quantifier = Pick("*", "+", "?", $"{{{least}}}", $"{{{least},}}", $"{{{least},{least + random.Next(3)}}}");
        pattern.Append(quantifier);
        if (random.Next(3) == 0)
            pattern.Append('?');
        return quantifier is "*" or "?" || quantifier[1..].StartsWith('0');
    }

    private string Literal()
    {
        string letter = Alphabet[random.Next(Alphabet.Length)];
        return letter is "\n" ? @"\n" : letter is "-" ? @"\-" : letter;
    }

    private string Pick(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];
}
