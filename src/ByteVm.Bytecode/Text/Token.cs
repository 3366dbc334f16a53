namespace ByteVm.Bytecode;

internal enum TokenKind : byte
{
    /// <summary>A name, keyword, mnemonic, register or label.</summary>
    Word,

    /// <summary>A name in single quotes: never a keyword or primitive type.</summary>
    Quoted,

    /// <summary>In double quotes.</summary>
    String,

    /// <summary>Anything that begins like a number.</summary>
    Number,

    Punctuation,
    End,
}

/// <param name="Text">The content, with escapes replaced.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, int Column)
{
    public bool Is(string text) => Kind is TokenKind.Word or TokenKind.Punctuation && Text == text;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.String => "a string",
        _ => $"'{Text}'",
    };
}
