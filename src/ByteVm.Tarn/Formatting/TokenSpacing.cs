using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Formatting;

/// <summary>
/// Whether a space stands between two tokens of a line. Operators of two operands have spaces around, prefixes, calls and ranges none; the colon
/// before super types has one on either side, other colons only after them.
/// </summary>
internal sealed class TokenSpacing
{
    private static readonly HashSet<int> NeverAfter = [LPAREN, LAMBDA_OPEN, CALL_OPEN, LBRACK, TYPE_OPEN, INTERPOLATION, DOT, SAFE_DOT, RANGE, RANGE_CLOSED, STRING_START, STRING_TEXT];

    private static readonly HashSet<int> NeverBefore =
        [RPAREN, RBRACK, TYPE_OPEN, TYPE_CLOSE, COMMA, SEMI, DOT, SAFE_DOT, QUESTION, PLUS_PLUS, MINUS_MINUS, RANGE, RANGE_CLOSED, STRING_TEXT, STRING_END, INTERPOLATION];

    private static readonly HashSet<int> EndsOperand =
    [
        IDENT, INT, LONG, FLOAT, DOUBLE, CHAR, STRING, RAW_STRING, STRING_END, TRUE, FALSE, NULL, THIS, SUPER, RPAREN, RBRACK, RBRACE, TYPE_CLOSE, QUESTION, BANG_BANG,
        PLUS_PLUS, MINUS_MINUS,
    ];

    private static readonly HashSet<int> Callable = [IDENT, THIS, SUPER, RPAREN, RBRACK, TYPE_CLOSE, BANG_BANG, FN, INIT];

    private static readonly HashSet<int> Indexable = [IDENT, THIS, SUPER, RPAREN, RBRACK, TYPE_CLOSE, QUESTION, BANG_BANG, STRING, RAW_STRING, STRING_END];

    /// <summary>The tokens of several signs. The last of all types is that of DOLLAR.</summary>
    private static readonly string[] LongSigns =
        [.. Enumerable.Range(0, DOLLAR + 1).Select(t => DefaultVocabulary.GetLiteralName(t)?.Trim('\'')).OfType<string>().Where(t => t.Length > 1 && !char.IsLetter(t[0]))];

    private readonly Stack<BraceKind> braces = new();
    private FormattedToken? last;
    private bool lastIsPrefix;
    private bool lastIsDotAfterInt;
    private bool isClassHeader;
    private bool isOperatorName;
    private int headerDepth;

    private enum BraceKind { Block, NameList, Interpolation }

    public bool IsSpaceBefore(FormattedToken token)
    {
        // Without a space the two numbers and the dot between them would be one.
        if (lastIsDotAfterInt && token.Type is (INT or LONG or FLOAT or DOUBLE))
            return true;
        if (last is not null && WouldBeOneToken(last, token))
            return true;
        if (last is null || lastIsPrefix || NeverAfter.Contains(last.Type) || NeverBefore.Contains(token.Type))
            return false;
        if (isOperatorName)
            return last.Type is FN or COMMA;
        return token.Type switch
        {
            LPAREN => !Callable.Contains(last.Type) || IsStepWord(last),
            LBRACK => !Indexable.Contains(last.Type),
            COLON => isClassHeader && headerDepth == 0,
            BANG_BANG => !EndsOperand.Contains(last.Type),
            RBRACE => braces.TryPeek(out BraceKind kind) && kind == BraceKind.Block,
            _ => !(last.Type == LBRACE && braces.TryPeek(out BraceKind opened) && opened == BraceKind.NameList),
        };
    }

    /// <summary>Such as two signs before a number, <c>- -1</c>. Two ends of type arguments are told apart even without a space.</summary>
    private static bool WouldBeOneToken(FormattedToken left, FormattedToken right) =>
        left.Type != TYPE_CLOSE && LongSigns.Any(sign => sign.Length > left.Text.Length && sign.StartsWith(left.Text, StringComparison.Ordinal) && (left.Text + right.Text).StartsWith(sign, StringComparison.Ordinal));

    /// <summary>Takes note of a token that was written.</summary>
    public void Pass(FormattedToken token)
    {
        TrackOperatorName(token);
        TrackHeader(token);
        lastIsPrefix = IsPrefix(token);
        lastIsDotAfterInt = token.Type == DOT && last?.Type == INT;
        if (token.Type is LBRACE or INTERPOLATION)
            braces.Push(token.Type == INTERPOLATION ? BraceKind.Interpolation : last?.Type == DOT ? BraceKind.NameList : BraceKind.Block);
        else if (token.Type == RBRACE && braces.TryPop(out BraceKind kind) && kind == BraceKind.Interpolation)
            token = token with { Type = STRING_TEXT };
        last = token;
    }

    private bool IsPrefix(FormattedToken token) =>
        token.Type is MINUS or PLUS or BANG or TILDE or BANG_BANG && !isOperatorName && (last is null || token.StartsStatement || !EndsOperand.Contains(last.Type) || IsStepWord(last));

    /// <summary>The word before a range's step is a name to the lexer.</summary>
    private static bool IsStepWord(FormattedToken token) => token is { Type: IDENT, Text: "by" };

    /// <summary>From <c>operator fn</c> to the parameters stands a name, however it looks.</summary>
    private void TrackOperatorName(FormattedToken token)
    {
        if (token.Type == FN && last is { Text: "operator" })
            isOperatorName = true;
        else if (token.Type == LPAREN)
            isOperatorName = false;
    }

    private void TrackHeader(FormattedToken token)
    {
        if (token.Type is CLASS or INTERFACE or ENUM)
            (isClassHeader, headerDepth) = (true, 0);
        else if (token.Type == LBRACE || token.StartsStatement)
            isClassHeader = false;
        else if (token.Type is LPAREN or TYPE_OPEN)
            headerDepth++;
        else if (token.Type is RPAREN or TYPE_CLOSE)
            headerDepth--;
    }
}
