using Antlr4.Runtime;
using Antlr4.Runtime.Misc;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// The parser's tokens in one array, hidden ones already removed, so that looking ahead is an array access. The last token is the end of file.
/// </summary>
internal sealed class TokenBuffer(IToken[] tokens, ITokenSource source) : ITokenStream
{
    private int position;

    public int Index => position;

    public int Size => tokens.Length;

    public string SourceName => source.SourceName;

    public ITokenSource TokenSource => source;

    public void Consume()
    {
        if (position < tokens.Length - 1)
            position++;
    }

    public int LA(int offset) => offset > 0 ? tokens[Math.Min(position + offset - 1, tokens.Length - 1)].Type : LT(offset)?.Type ?? TokenConstants.InvalidType;

    // ANTLR's contract: offset -1 is the token before the current one, 0 is undefined.
    public IToken LT(int offset)
    {
        int index = offset > 0 ? position + offset - 1 : position + offset;
        return index < 0 ? null! : tokens[Math.Min(index, tokens.Length - 1)];
    }

    public IToken Get(int index) => tokens[index];

    public int Mark() => 0;

    public void Release(int marker)
    {
    }

    public void Seek(int index) => position = Math.Min(index, tokens.Length - 1);

    public string GetText(Interval interval) => throw new NotSupportedException("Texts are taken from the source, not from tokens.");

    public string GetText() => GetText(Interval.Invalid);

    public string GetText(RuleContext context) => GetText(Interval.Invalid);

    public string GetText(IToken start, IToken stop) => GetText(Interval.Invalid);
}
