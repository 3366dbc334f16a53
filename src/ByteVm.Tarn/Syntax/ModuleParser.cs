using Antlr4.Runtime;
using Antlr4.Runtime.Atn;
using Antlr4.Runtime.Misc;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Generated;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// Source text to syntax tree. The first parse gives up at the first error and so skips ANTLR's costly bookkeeping for recovery; only
/// a refused module is parsed again, to report. Every decision of the grammar is LL(1), so ANTLR's prediction never runs and
/// there is nothing for its LL mode to resolve after SLL.
/// </summary>
internal static class ModuleParser
{
    /// <summary>The tree, or null when anything was reported.</summary>
    public static ModuleSyntax? Parse(SourceText source, DiagnosticBag diagnostics)
    {
        var own = new DiagnosticBag();
        ModuleSyntax? module = ParseTolerantly(source, own);
        diagnostics.Add(own);
        return own.HasErrors ? null : module;
    }

    /// <summary>A surrogate without the other half of its pair: <see cref="SourceReader.Malformed"/>, or in a text that never was a file.</summary>
    private static int IndexOfHalfPair(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
        {
            int next = text.AsSpan(at + 2).IndexOfAnyInRange('\uD800', '\uDFFF');
            at = next < 0 ? -1 : at + 2 + next;
        }

        return at;
    }

    /// <summary>Whether the source was all UTF-8; else it says where it was not.</summary>
    public static bool IsUtf8(SourceText source, DiagnosticBag diagnostics)
    {
        int malformed = IndexOfHalfPair(source.Text);
        if (malformed >= 0)
            diagnostics.Report(source, new Span(malformed, malformed + 1), DiagnosticCatalog.NotUtf8);
        return malformed < 0;
    }

    /// <summary>The tree, in which declarations with syntax errors are left out; null when one of the imports is among them, or brackets do not tell what is what.</summary>
    public static ModuleSyntax? ParseTolerantly(SourceText source, DiagnosticBag diagnostics)
    {
        if (!IsUtf8(source, diagnostics))
            return null;
        var lexer = new TarnLexer(new AntlrInputStream(source.Text), TextWriter.Null, TextWriter.Null);
        lexer.RemoveErrorListeners();
        var documentation = new DocumentationComments(source);
        IToken[]? tokens = new StatementTerminators(source, diagnostics, documentation).Run(lexer);
        if (tokens is null)
            return null;
        try
        {
            var own = new DiagnosticBag();
            ModuleSyntax? module = TryParse(source, tokens, lexer, documentation, own);
            if (module is not null && !own.HasErrors)
                return module;
            if (module is null)
                ReportErrors(source, tokens, lexer, diagnostics);
            return new DeclarationRecovery(tokens, lexer, new TreeBuilder(source, documentation, diagnostics), diagnostics).Run();
        }
        catch (NestingTooDeepException e)
        {
            diagnostics.Report(source, new Span(e.Token.StartIndex, e.Token.StopIndex + 1), DiagnosticCatalog.NestingTooDeep);
            return null;
        }
    }

    /// <summary>
    /// Follows the rule "module", but turns each declaration into syntax as soon as it is parsed: ANTLR's tree, many times larger, is garbage before
    /// the collector would have to move it.
    /// </summary>
    private static ModuleSyntax? TryParse(SourceText source, IToken[] tokens, TarnLexer lexer, DocumentationComments documentation, DiagnosticBag diagnostics)
    {
        TarnParser parser = NewParser(tokens, lexer, new GiveUpAtFirstError());
        var builder = new TreeBuilder(source, documentation, diagnostics);
        try
        {
            while (SkipSeparators(parser) != TokenConstants.EOF)
            {
                builder.Add(parser.topLevel());
                if (parser.InputStream.LA(1) is not (TarnLexer.NEWLINE or TarnLexer.SEMI))
                    return null;
            }

            return builder.ToModule();
        }
        catch (ParseCanceledException)
        {
            return null;
        }
    }

    /// <summary>The type of the token after them.</summary>
    private static int SkipSeparators(TarnParser parser)
    {
        while (parser.InputStream.LA(1) is TarnLexer.NEWLINE or TarnLexer.SEMI)
            parser.InputStream.Consume();
        return parser.InputStream.LA(1);
    }

    private static void ReportErrors(SourceText source, IToken[] tokens, TarnLexer lexer, DiagnosticBag diagnostics)
    {
        TarnParser parser = NewParser(tokens, lexer, new SyntaxErrorStrategy(source, diagnostics, diagnostics.FirstPlace));
        parser.BuildParseTree = false;
        parser.module();
    }

    /// <summary>ANTLR's own strategy of that kind reports to listeners first.</summary>
    internal sealed class GiveUpAtFirstError : BailErrorStrategy
    {
        public override void ReportError(Parser recognizer, RecognitionException e) => throw new ParseCanceledException(e);
    }

    internal static TarnParser NewParser(IToken[] tokens, TarnLexer lexer, IAntlrErrorStrategy errors)
    {
        var parser = new TarnParser(new TokenBuffer(tokens, lexer), TextWriter.Null, TextWriter.Null) { ErrorHandler = errors };
        parser.RemoveErrorListeners();
        parser.Interpreter.PredictionMode = PredictionMode.SLL;
        return parser;
    }
}
