using Antlr4.Runtime;
using Antlr4.Runtime.Misc;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// ANTLR's recovery with Tarn's messages. Only the second parse of a module that the first one refused uses it: recovery costs time at every loop.
/// </summary>
/// <param name="firstMalformed">Where the first malformed token was reported: syntax errors after it are mostly its consequence.</param>
internal sealed class SyntaxErrorStrategy(SourceText source, DiagnosticBag diagnostics, int firstMalformed) : DefaultErrorStrategy
{
    private const string Declaration = "a declaration";

    private int lastReportedLine = -1;

    protected override void ReportNoViableAlternative(Parser recognizer, NoViableAltException e) => ReportAt(recognizer, e.OffendingToken);

    protected override void ReportInputMismatch(Parser recognizer, InputMismatchException e) => ReportAt(recognizer, e.OffendingToken);

    protected override void ReportUnwantedToken(Parser recognizer)
    {
        if (InErrorRecoveryMode(recognizer))
            return;
        BeginErrorCondition(recognizer);
        ReportAt(recognizer, recognizer.CurrentToken);
    }

    protected override void ReportMissingToken(Parser recognizer) => ReportUnwantedToken(recognizer);

    // One report for a line: what follows on it is mostly a consequence.
    private void ReportAt(Parser recognizer, IToken found)
    {
        if (found.Line == lastReportedLine || found.StartIndex > firstMalformed)
            return;
        string expected = Expected(recognizer.GetExpectedTokens(), found);
        if (IsConsequence(recognizer, found, expected))
            return;
        lastReportedLine = found.Line;
        if (recognizer.Context is NewArrayContext array && TypeOf(array, found) is { } type)
        {
            diagnostics.Report(source, new Span(array.Start.StartIndex, found.StartIndex), DiagnosticCatalog.NewWithoutSize, type);
            return;
        }

        diagnostics.Report(source, new Span(found.StartIndex, Math.Max(found.StopIndex + 1, found.StartIndex)), DiagnosticCatalog.UnexpectedToken, expected, Describe(found));
    }

    /// <summary>What is left of a declaration that was given up; and that the file ends in one with errors.</summary>
    private bool IsConsequence(Parser recognizer, IToken found, string expected)
    {
        if (lastReportedLine < 0)
            return false;
        if (found.Type != TokenConstants.EOF)
            return expected == Declaration && (found.Type == RBRACE || found.Column > 0);
        RuleContext? context = recognizer.Context;
        while (context is not (null or TopLevelContext))
            context = context.Parent;
        return context is not TopLevelContext declaration || lastReportedLine >= declaration.Start.Line;
    }

    /// <summary>The type of which an array is to be made, where a size should follow; null when something else is wrong.</summary>
    private string? TypeOf(NewArrayContext context, IToken found)
    {
        string type = source.Text[(context.Start.StopIndex + 1)..found.StartIndex].Trim();
        return type.Length > 0 && context.Stop is null && !type.Contains('[', StringComparison.Ordinal) ? type : null;
    }

    private static string Expected(IntervalSet tokens, IToken found)
    {
        if (found.Type == TokenConstants.EOF && tokens.Contains(RBRACE))
            return "'}'";
        if (tokens.Contains(RETURN))
            return "a statement";
        if (tokens.Contains(FN))
            return Declaration;
        if (tokens.Contains(THIS))
            return "an expression";
        if (tokens.Contains(CALL_OPEN))
            return "a name";
        if (tokens.Contains(SEMI))
            return "the end of the statement (a newline or ';')";
        return List(tokens.ToArray());
    }

    private static string List(IEnumerable<int> tokens)
    {
        string[] names = [.. tokens.Where(IsWorthNaming).Select(Name).Distinct()];
        return names.Length switch
        {
            0 => "something else",
            1 => names[0],
            _ => string.Join(", ", names[..^1]) + " or " + names[^1],
        };
    }

    // Operators can stand after every operand; naming them all hides what is missing.
    private static bool IsWorthNaming(int token) => token is not ((>= BANG_BANG and <= COALESCE) or IS or AS or AS_SAFE or DOT or SAFE_DOT or QUESTION or TYPE_OPEN);

    private static string Name(int token) => token switch
    {
        TokenConstants.EOF => "the end of the file",
        NEWLINE => "a newline",
        IDENT => "a name",
        INT or LONG or FLOAT or DOUBLE => "a number",
        CHAR => "a character",
        STRING or RAW_STRING or STRING_START => "a text",
        TYPE_OPEN => "'<'",
        LAMBDA_OPEN or CALL_OPEN => "'('",
        LAMBDA_PARAMETER => "a name",
        TYPE_CLOSE => "'>'",
        STRING_END or STRING_TEXT or INTERPOLATION => "the rest of the string",
        _ => DefaultVocabulary.GetDisplayName(token),
    };

    private string Describe(IToken token) => token.Type switch
    {
        TokenConstants.EOF => "the end of the file",
        NEWLINE => token.StopIndex < token.StartIndex ? "the end of the block" : "the end of the line",
        _ => $"'{source.Text[token.StartIndex..(token.StopIndex + 1)]}'",
    };
}
