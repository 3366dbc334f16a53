using Antlr4.Runtime;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Generated;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// Turns the lexer's tokens into the parser's, in one pass.
/// <para>A newline ends a statement unless the line obviously continues: it counts when all of this holds: the innermost open
/// bracket is a '{' (or none), the token before it can end a statement, and the token after it cannot continue one. Other
/// newlines are dropped. A '}' and the end of the file end a statement too, so a NEWLINE is put before them.</para>
/// <para>Tokens are renamed so that the grammar stays LL(1): 'test', 'get', 'set' and 'operator' where they begin a declaration, the '(' of the operator '()', an 'else' before 'if', 'value' before 'class', a name or a '(' of parameters before '=&gt;', and the '&lt;' and '&gt;' around type
/// parameters and arguments. Those are told from comparisons by how they stand: the '&lt;' directly after a name, and nothing but types up to the '&gt;'.</para>
/// <para>Malformed tokens are reported here and replaced by what was meant, so that the parser does not report them again.</para>
/// </summary>
internal sealed partial class StatementTerminators(SourceText source, DiagnosticBag diagnostics, DocumentationComments documentation)
{
    /// <summary>Brackets inside brackets. Far above what people write, far below what the compiler's stack holds.</summary>
    private const int MaximumNesting = 200;

    private enum Bracket : byte { Round, Square, Block, NameList, Interpolation, Arms }

    private static readonly bool[] CanEndStatement = TokenSet(
        IDENT, INT, LONG, FLOAT, DOUBLE, CHAR, STRING, RAW_STRING, STRING_END, RPAREN, RBRACK, RBRACE, THIS, SUPER, NULL, TRUE, FALSE,
        BREAK, CONTINUE, RETURN, QUESTION, BANG_BANG, PLUS_PLUS, MINUS_MINUS, TYPE_CLOSE);

    private static readonly bool[] ContinuesStatement = TokenSet(
        DOT, SAFE_DOT, COALESCE, AND, OR, STAR, SLASH, PERCENT, AMP, BAR, CARET, SHL, SHR, USHR, LT, LE, GT, GE, COMPARE, EQ, NE, IDENTICAL,
        NOT_IDENTICAL, IS, AS, AS_SAFE, ELSE, CATCH, FINALLY, IN, COMMA, COLON, ASSIGN, FAT_ARROW, LBRACE, RANGE, RANGE_CLOSED);

    /// <summary>These begin statements or declarations and never stand inside round or square brackets: one on a new line shows that a bracket was forgotten.</summary>
    private static readonly bool[] BeginsAnew = TokenSet(
        IMPORT, FN, LET, VAR, CLASS, INTERFACE, ENUM, INIT, OPEN, ABSTRACT, OVERRIDE, PRIVATE, STATIC, EXTERN, WHILE, FOR, BREAK, CONTINUE, RETURN, DEFER);

    private readonly List<IToken> output = new(source.Text.Length / 4 + 16);
    private static readonly bool[] StandsInTypeArguments = TokenSet(IDENT, DOT, COMMA, COLON, LBRACK, RBRACK, QUESTION, LPAREN, RPAREN, FN);

    private readonly List<Bracket> brackets = [];

    /// <summary>Where the '(' are that are not closed yet, and the one that was closed last.</summary>
    private readonly Stack<int> openRounds = new();
    private int lastRound = -1;

    /// <summary>For each TYPE_CLOSE in the output, where its TYPE_OPEN is.</summary>
    private readonly Dictionary<int, int> typeOpeners = [];

    private IToken? pendingNewline;
    private IToken? openString;

    /// <summary>The parser's tokens, or null when the brackets nest too deeply or a string has no end (both reported).</summary>
    public IToken[]? Run(ITokenSource lexer)
    {
        while (true)
        {
            IToken token = lexer.NextToken();
            if (token.Channel != TokenConstants.DefaultChannel)
            {
                NoteHidden(token);
                continue;
            }

            if (!Accept((CommonToken)token))
                return null;
            if (token.Type == TokenConstants.EOF)
                return [.. output];
        }
    }

    private static bool[] TokenSet(params ReadOnlySpan<int> types)
    {
        var set = new bool[TokenTypeCount];
        foreach (int type in types)
            set[type] = true;
        return set;
    }

    private const int TokenTypeCount = DOLLAR + 1;

    private void NoteHidden(IToken token)
    {
        if (token.Type == NEWLINE)
            pendingNewline ??= token;
        documentation.Note(token);
    }

    private bool Accept(CommonToken token)
    {
        if (IsMalformed(token.Type) && !Repair(token))
            return true;
        int type = token.Type;
        if (type is RBRACE or TokenConstants.EOF)
            EndStatementBefore(token);
        else if (pendingNewline is not null)
            PassNewline(type);
        pendingNewline = null;

        documentation.Attach(token);
        Rename(type);
        TrackArms(type);
        if (TryCloseTypeArguments(token))
            return true;
        if (type == LPAREN && output.Count > 1 && (output[^1].Type is DOT or SAFE_DOT || (output[^1].Type == FN && output[^2].Type == OPERATOR)))
            token.Type = CALL_OPEN;
        output.Add(token);
        return TrackNesting(token);
    }

    private void PassNewline(int next)
    {
        while (BeginsAnew[next] && brackets.Count > 0 && brackets[^1] < Bracket.Block)
            brackets.RemoveAt(brackets.Count - 1);
        if (InBlock && (!ContinuesStatement[next] || BeginsArm(next)) && LastCanEndStatement)
            AddNewline((CommonToken)pendingNewline!);
    }

    private void EndStatementBefore(CommonToken token)
    {
        if (InBlock && LastCanEndStatement)
            AddNewline(new CommonToken(token) { Type = NEWLINE, StopIndex = token.StartIndex - 1 });
    }

    private void AddNewline(CommonToken newline)
    {
        newline.Channel = TokenConstants.DefaultChannel;
        output.Add(newline);
        TrackArms(NEWLINE);
    }

    private bool InBlock => brackets.Count == 0 || brackets[^1] is Bracket.Block or Bracket.Arms;

    private bool LastCanEndStatement => output.Count > 0 && CanEndStatement[output[^1].Type];

    /// <summary>A name that is a keyword where a declaration begins and the next token fits.</summary>
    private int ContextualKeyword(CommonToken name, int next)
    {
        if (!(next is STRING or IDENT or FN || IsModifier(next)) || !BeginsDeclaration)
            return IDENT;
        return (TextOf(name), next) switch
        {
            ("test", STRING) => TEST,
            ("get", IDENT) => GET,
            ("set", IDENT) => SET,
            ("operator", FN) => OPERATOR,
            ("inline", not STRING) => INLINE,
            _ => IDENT,
        };
    }

    /// <summary>Whether the last token is the first of its statement or declaration, but for modifiers.</summary>
    private bool BeginsDeclaration => output.Count == 1 || output[^2].Type is NEWLINE or SEMI or LBRACE || IsModifier(output[^2].Type);

    private static bool IsModifier(int token) => token is PRIVATE or OPEN or ABSTRACT or OVERRIDE or STATIC or EXTERN or INLINE;

    private void Rename(int next)
    {
        if (output.Count == 0)
            return;
        var last = (CommonToken)output[^1];
        if (next == IF && last.Type == ELSE)
            last.Type = ELSE_IF;
        else if (next == FAT_ARROW && IsInPattern)
            return;
        else if (next == FAT_ARROW && last.Type == IDENT)
            last.Type = LAMBDA_PARAMETER;
        else if (next == FAT_ARROW && last.Type == RPAREN && lastRound >= 0)
            ((CommonToken)output[lastRound]).Type = LAMBDA_OPEN;
        else if (next == CLASS && last.Type == IDENT && TextOf(last) == "value")
            last.Type = VALUE;
        else if (last.Type == IDENT && ContextualKeyword(last, next) is var keyword and not IDENT)
            last.Type = keyword;
        else if (next == RPAREN)
            lastRound = openRounds.TryPop(out int opener) ? opener : -1;
    }

    /// <summary>Whether the token is one or several '&gt;' that end type arguments: then they and their openers are renamed.</summary>
    private bool TryCloseTypeArguments(CommonToken token)
    {
        int count = token.Type switch { GT => 1, SHR => 2, USHR => 3, _ => 0 };
        Span<int> openers = stackalloc int[count];
        int from = output.Count - 1;
        for (int i = 0; i < count; i++)
        {
            openers[i] = FindTypeOpener(from);
            if (openers[i] < 0 || openers[i] == output.Count - 1)
                return false;
            from = openers[i] - 1;
        }

        for (int i = 0; i < count; i++)
        {
            ((CommonToken)output[openers[i]]).Type = TYPE_OPEN;
            typeOpeners.Add(output.Count, openers[i]);
            int place = token.StartIndex + i;
            output.Add(new CommonToken(token) { Type = TYPE_CLOSE, StartIndex = place, StopIndex = place });
        }

        return count > 0;
    }

    private int FindTypeOpener(int from)
    {
        for (int i = from; i > 0; i--)
        {
            if (output[i].Type == LT)
                return MayBeGeneric(i - 1) && output[i - 1].StopIndex + 1 == output[i].StartIndex ? i : -1;
            if (typeOpeners.TryGetValue(i, out int inner))
                i = inner;
            else if (!StandsInTypeArguments[output[i].Type])
                return -1;
        }

        return -1;
    }

    /// <summary>Whether the token can be the end of a name that type parameters follow: no expression has a '&lt;' after the operators among them.</summary>
    private bool MayBeGeneric(int i) => output[i].Type switch
    {
        IDENT or IN or PLUS or MINUS or STAR or SLASH or PERCENT or COMPARE or EQ => true,
        RBRACK => i > 0 && output[i - 1].Type == LBRACK,
        RPAREN => i > 0 && output[i - 1].Type == CALL_OPEN,
        ASSIGN => i > 1 && output[i - 1].Type == RBRACK && output[i - 2].Type == LBRACK,
        _ => false,
    };

    private bool TrackNesting(CommonToken token)
    {
        switch (token.Type)
        {
            case LPAREN:
                openRounds.Push(output.Count - 1);
                return Open(Bracket.Round, token);
            case LBRACK: return Open(Bracket.Square, token);
            case INTERPOLATION: return Open(Bracket.Interpolation, token);
            case MATCH or IF or ELSE or TRY or CATCH or FINALLY or WHILE or FOR: NoteHead(token.Type); return true;
            case LBRACE: return OpenBrace(token);
            case RPAREN: Close(Bracket.Round); return true;
            case RBRACK: Close(Bracket.Square); return true;
            case RBRACE: CloseBrace(); return true;
            case STRING_START: openString = token; return true;
            case STRING_END: openString = null; return true;
            case TokenConstants.EOF: return StringsAreClosed();
            default: return true;
        }
    }

    private bool Open(Bracket bracket, CommonToken token)
    {
        brackets.Add(bracket);
        if (brackets.Count <= MaximumNesting)
            return true;
        diagnostics.Report(source, SpanOf(token), DiagnosticCatalog.NestingTooDeep);
        return false;
    }

    private void Close(Bracket bracket)
    {
        if (brackets.Count > 0 && brackets[^1] == bracket)
            brackets.RemoveAt(brackets.Count - 1);
    }

    // A '}' closes what is open inside it: the parser reports the missing ')' and goes on after the block.
    private void CloseBrace()
    {
        while (brackets.Count > 0)
        {
            Bracket closed = brackets[^1];
            brackets.RemoveAt(brackets.Count - 1);
            if (closed == Bracket.Arms)
                arms.Pop();
            if (closed >= Bracket.Block)
                return;
        }
    }

    private bool StringsAreClosed()
    {
        if (openString is null)
            return true;
        diagnostics.Report(source, SpanOf(openString), DiagnosticCatalog.UnterminatedString);
        return false;
    }

    private static bool IsMalformed(int type) =>
        type is UNKNOWN or BAD_NUMBER or UNTERMINATED_CHAR or UNTERMINATED_STRING or UNTERMINATED_RAW_STRING or UNTERMINATED_COMMENT;

    /// <summary>Reports a malformed token and makes it a well-formed one; false when it is best left out.</summary>
    private bool Repair(CommonToken token)
    {
        switch (token.Type)
        {
            case BAD_NUMBER:
                return Replace(token, INT, DiagnosticCatalog.MalformedNumber, TextOf(token));
            case UNTERMINATED_CHAR:
                return Replace(token, CHAR, DiagnosticCatalog.UnterminatedChar);
            case UNTERMINATED_RAW_STRING:
                return Replace(token, RAW_STRING, DiagnosticCatalog.UnterminatedRawString);
            case UNTERMINATED_STRING:
                diagnostics.Report(source, SpanOf(openString ?? token), DiagnosticCatalog.UnterminatedString);
                token.Type = STRING_END;
                pendingNewline = null;
                output.Add(token);
                openString = null;
                pendingNewline = new CommonToken(token) { Type = NEWLINE };
                return false;
            case UNTERMINATED_COMMENT:
                diagnostics.Report(source, new Span(token.StartIndex, token.StartIndex + 2), DiagnosticCatalog.UnterminatedComment);
                return false;
            default:
                diagnostics.Report(source, SpanOf(token), DiagnosticCatalog.UnknownCharacter, Printable(TextOf(token)));
                return false;
        }
    }

    private bool Replace(CommonToken token, int type, DiagnosticDescriptor descriptor, params object[] arguments)
    {
        diagnostics.Report(source, SpanOf(token), descriptor, arguments);
        token.Type = type;
        return true;
    }

    private string TextOf(CommonToken token) => source.Text[token.StartIndex..(token.StopIndex + 1)];

    private static string Printable(string text) => char.IsControl(text[0]) || char.IsSurrogate(text[0]) ? $"U+{(int)text[0]:X4}" : text;

    private static Span SpanOf(IToken token) => new(token.StartIndex, Math.Max(token.StopIndex + 1, token.StartIndex));
}
