using System.Globalization;
using System.Text;

namespace ByteVm.Bytecode;

/// <summary>Cuts assembly text into tokens. Line ends mean nothing; a comment runs from // to the end of the line.</summary>
internal sealed class Lexer(string text, string fileName)
{
    private readonly List<Token> tokens = [];
    private int at;
    private int line = 1;
    private int lineStart;

    public List<Token> Tokens()
    {
        for (SkipBlank(); at < text.Length; SkipBlank())
            tokens.Add(Next());
        tokens.Add(new Token(TokenKind.End, "", line, Column(at)));
        return tokens;
    }

    public static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_';

    public static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '$';

    private void SkipBlank()
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == '\n')
            {
                line++;
                lineStart = at + 1;
            }
            else if (text.AsSpan(at).StartsWith("//"))
            {
                int end = text.IndexOf('\n', at);
                at = (end < 0 ? text.Length : end) - 1;
            }
            else if (!char.IsWhiteSpace(text[at]))
            {
                return;
            }
        }
    }

    private Token Next()
    {
        char c = text[at];
        if (IsWordStart(c))
            return Run(TokenKind.Word, IsWordPart);
        if (char.IsAsciiDigit(c) || c == '-')
            return Run(TokenKind.Number, ch => char.IsAsciiLetterOrDigit(ch) || ch is '.' or '+' or '-');
        if (c is '"' or '\'')
            return Text(c == '"' ? TokenKind.String : TokenKind.Quoted);
        if (text.AsSpan(at).StartsWith("::"))
            return Punctuation(2);
        return "{}()[]<>,:=#@$".Contains(c) ? Punctuation(1) : throw Error($"the character '{c}' has no meaning here");
    }

    private Token Punctuation(int length)
    {
        at += length;
        return new Token(TokenKind.Punctuation, text.Substring(at - length, length), line, Column(at - length));
    }

    private Token Run(TokenKind kind, Predicate<char> belongs)
    {
        int start = at++;
        while (at < text.Length && belongs(text[at]))
            at++;
        return new Token(kind, text[start..at], line, Column(start));
    }

    private Token Text(TokenKind kind)
    {
        int start = at;
        char quote = text[at++];
        var content = new StringBuilder();
        while (at < text.Length && text[at] != quote && text[at] != '\n')
        {
            if (text[at] == '\\')
                AppendEscape(content);
            else
                content.Append(text[at++]);
        }

        if (at == text.Length || text[at] == '\n')
            throw Error($"the text that begins at column {Column(start)} does not end on its line; write \\n for a line end");
        at++;
        return new Token(kind, content.ToString(), line, Column(start));
    }

    private void AppendEscape(StringBuilder content)
    {
        if (at + 1 == text.Length)
            throw Error("an escape is cut off");
        char c = text[at + 1];
        at += 2;
        if (c == 'u')
            AppendCodeUnit(content);
        else
            content.Append(c switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' or '"' or '\'' => c,
                _ => throw Error($"unknown escape \\{c}; known are \\n \\r \\t \\\\ \\\" \\' \\uXXXX"),
            });
    }

    private void AppendCodeUnit(StringBuilder content)
    {
        if (at + 4 > text.Length || !ushort.TryParse(text.AsSpan(at, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ushort unit))
            throw Error("\\u needs four hexadecimal digits");
        content.Append((char)unit);
        at += 4;
    }

    private int Column(int position) => position - lineStart + 1;

    private AssemblyException Error(string problem) => new(fileName, line, Column(at), problem);
}
