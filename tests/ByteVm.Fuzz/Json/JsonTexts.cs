using System.Globalization;
using System.Text;
using ByteVm.Fuzz.Modules;

namespace ByteVm.Fuzz.Json;

/// <summary>Random JSON texts: of the grammar, with all its spellings, and near it.</summary>
internal sealed class JsonTexts(Random random)
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "\\udE00", "\\u0000", "null", "true", "false", "-", "0", "1", ".", "e", "E+", "\t", "\n", "\r", " ",
        "\u0000", "\u007f", "\u2028", "\ufeff", "😀", "ä", "/", "//", "'", "NaN", "1e999", "-0", "00", "0x1", "{}", "[]", "\"\"", "\"a\":",
    ];

    public static string Next(Random random)
    {
        var texts = new JsonTexts(random);
        string text = texts.Value(random.Next(7)) + texts.Space();
        for (int i = random.Next(4); i > 0; i--)
            text = random.Next(3) == 0 ? texts.WithBytesChanged(text) : texts.WithPiece(text);
        return random.Next(40) == 0 ? texts.Nested(random.Next(50, 80), text) : text;
    }

    private string Value(int depth) => Space() + random.Next(depth <= 0 ? 5 : 10) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 or 3 => Number(),
        4 => Quoted(),
        5 or 6 => "[" + string.Join(Space() + ",", Enumerable.Range(0, random.Next(5)).Select(_ => Value(depth - 1))) + Space() + "]",
        7 => Records(depth),
        _ => "{" + string.Join(Space() + ",", Enumerable.Range(0, random.Next(random.Next(8) == 0 ? 40 : 5)).Select(_ => Member(depth - 1))) + Space() + "}",
    };

    /// <summary>Objects that mostly have the same names in the same order: what a parser may expect of the next one.</summary>
    private string Records(int depth)
    {
        string[] names = [.. Enumerable.Range(0, random.Next(20) == 0 ? 20 : 4).Select(_ => Quoted())];
        return "[" + string.Join(",", Enumerable.Range(0, random.Next(5)).Select(_ => Record(names, depth - 1))) + "]";
    }

    private string Record(string[] names, int depth)
    {
        List<string> own = [.. names];
        if (random.Next(3) == 0)
            own[random.Next(own.Count)] = Quoted();
        if (random.Next(4) == 0)
            own.RemoveAt(random.Next(own.Count));
        if (random.Next(4) == 0)
            own.Insert(random.Next(own.Count + 1), random.Next(6) == 0 ? names[0] : Quoted());
        return Space() + "{" + string.Join(",", own.Select(name => Space() + name + Space() + ":" + Value(depth))) + "}";
    }

    private string Member(int depth) => Space() + Quoted() + Space() + ":" + Value(depth);

    private string Number() => random.Next(4) switch
    {
        0 => random.Next(-3, 3).ToString(CultureInfo.InvariantCulture),
        1 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        2 => BitConverter.Int64BitsToDouble(random.NextInt64()) is var number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "1e400",
        _ => $"{random.Next(100)}.{random.Next(100)}{(random.Next(2) == 0 ? "e" : "E")}{(random.Next(3) == 0 ? "+" : "")}{random.Next(400)}",
    };

    private string Quoted()
    {
        var text = new StringBuilder("\"");
        for (int i = random.Next(random.Next(10) == 0 ? 300 : 6); i > 0; i--)
            text.Append(Character());
        return text.Append('"').ToString();
    }

    private string Character() => random.Next(12) switch
    {
        0 => "\\" + "\"\\/bfnrt"[random.Next(8)],
        1 => $"\\u{random.Next(0xD800):x4}",
        2 => $"\\u{random.Next(0xD800, 0xDC00):X4}\\u{random.Next(0xDC00, 0xE000):x4}",
        3 => random.Next(40) == 0 ? $"\\u{random.Next(0xD800, 0xE000):x4}" : "é",
        4 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
        _ => ((char)random.Next('a', 'z' + 1)).ToString(),
    };

    private string Space() => random.Next(8) == 0 ? " \t\r\n"[random.Next(4)].ToString() : "";

    private string WithPiece(string text)
    {
        int at = random.Next(text.Length + 1);
        if (at > 0 && char.IsHighSurrogate(text[at - 1]))
            at--;
        string piece = Pieces[random.Next(Pieces.Length)];
        return random.Next(3) == 0 && at < text.Length && !char.IsSurrogate(text[at]) ? text[..at] + piece + text[(at + 1)..] : text[..at] + piece + text[at..];
    }

    private string WithBytesChanged(string text) => Encoding.UTF8.GetString(ByteMutator.Mutate(Encoding.UTF8.GetBytes(text), random));

    private string Nested(int depth, string text)
    {
        for (int i = 0; i < depth; i++)
            text = random.Next(2) == 0 ? $"[{text}]" : $"{{\"a\":{text}}}";
        return text;
    }
}
