using System.Globalization;

namespace ByteVm.Bytecode;

/// <summary>A place in the tokens of an assembly text, and the small words of its grammar.</summary>
internal sealed class TokenReader(List<Token> tokens, string fileName)
{
    public int Position { get; set; }

    public Token Current => tokens[Position];

    public Token Following => tokens[Math.Min(Position + 1, tokens.Count - 1)];

    public Token Take() => Current.Kind == TokenKind.End ? Current : tokens[Position++];

    public bool Accept(string text)
    {
        bool accepted = Current.Is(text);
        if (accepted)
            Position++;
        return accepted;
    }

    public void Expect(string text)
    {
        if (!Accept(text))
            throw Error($"expected '{text}', found {Current}");
    }

    public string Name(string what) =>
        Current.Kind is TokenKind.Word or TokenKind.Quoted ? Take().Text : throw Error($"expected {what}, found {Current}");

    public string String(string what) =>
        Current.Kind == TokenKind.String ? Take().Text : throw Error($"expected {what} in double quotes, found {Current}");

    public int Integer(string what)
    {
        long value = Long(what);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Error($"{what} is {value}, which has more than 32 bits", Position - 1);
    }

    public long Long(string what)
    {
        if (Current.Kind != TokenKind.Number || !TryInteger(Current.Text, out long value))
            throw Error($"expected {what}, found {Current}");
        Position++;
        return value;
    }

    /// <summary>A decimal number, or the bits of one in hexadecimal.</summary>
    public long FloatBits(bool isDouble)
    {
        Token token = Current;
        if (token.Kind != TokenKind.Number)
            throw Error($"expected a number, found {token}");
        Position++;
        if (token.Text.StartsWith("0x", StringComparison.Ordinal) && TryInteger(token.Text, out long bits))
            return isDouble ? bits : (int)bits;
        if (isDouble && double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double wide))
            return BitConverter.DoubleToInt64Bits(wide);
        if (!isDouble && float.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out float narrow))
            return BitConverter.SingleToInt32Bits(narrow);
        throw Error($"'{token.Text}' is not a number", Position - 1);
    }

    /// <summary>A letter followed by a number, as r3.</summary>
    public bool IsNumbered(char letter, out int number)
    {
        number = 0;
        return Current.Kind == TokenKind.Word && Current.Text[0] == letter
            && int.TryParse(Current.Text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    public int Register()
    {
        if (!IsNumbered('r', out int number))
            throw Error($"expected a register such as r3, found {Current}");
        Position++;
        return number;
    }

    public List<T> List<T>(string open, string close, Func<T> item)
    {
        Expect(open);
        var items = new List<T>();
        while (!Accept(close))
        {
            if (items.Count > 0)
                Expect(",");
            items.Add(item());
        }

        return items;
    }

    /// <summary>Passes over "#3 =", which numbers the entries of a table for the eye.</summary>
    public void SkipNumbering()
    {
        if (Current.Is("#") && Following.Kind == TokenKind.Number && tokens[Math.Min(Position + 2, tokens.Count - 1)].Is("="))
            Position += 3;
    }

    /// <summary>Passes over a block in braces.</summary>
    public void SkipBlock()
    {
        Expect("{");
        for (int depth = 1; depth > 0;)
        {
            if (Current.Kind == TokenKind.End)
                throw Error("expected '}', found the end of the file");
            Token token = Take();
            depth += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
        }
    }

    public AssemblyException Error(string problem) => Error(problem, Position);

    public AssemblyException Error(string problem, int position) => new(fileName, tokens[position].Line, tokens[position].Column, problem);

    private static bool TryInteger(string text, out long value) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
