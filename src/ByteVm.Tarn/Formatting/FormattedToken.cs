using Antlr4.Runtime;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Generated;
using ByteVm.Tarn.Syntax;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Formatting;

/// <summary>A token or comment as the formatter places it.</summary>
/// <param name="Type">As the parser sees it: a '&lt;' around type arguments is told from one that compares.</param>
/// <param name="LinesBefore">Line breaks between it and the token before, in the source.</param>
/// <param name="StartsStatement">Whether a statement or declaration ended at a line break before it.</param>
internal sealed record FormattedToken(int Type, string Text, int LinesBefore, bool StartsStatement)
{
    public bool IsComment => Type is LINE_COMMENT or BLOCK_COMMENT;

    /// <summary>The tokens of a source without errors of syntax, comments in between, without those that only mark the ends of lines.</summary>
    public static List<FormattedToken> Read(SourceText source)
    {
        var lexer = new TarnLexer(new AntlrInputStream(source.Text), TextWriter.Null, TextWriter.Null);
        var recorder = new CommentRecorder(lexer);
        IToken[] parsed = new StatementTerminators(source, new DiagnosticBag(), new DocumentationComments(source)).Run(recorder) ?? [];
        var ends = parsed.Where(t => t.Type == NEWLINE).Select(t => t.StartIndex).ToList();
        IEnumerable<IToken> placed = parsed.Where(t => t.Type is not (NEWLINE or TokenConstants.EOF)).Concat(recorder.Comments).OrderBy(t => t.StartIndex);
        return Place(source.Text, placed, ends);
    }

    private static List<FormattedToken> Place(string text, IEnumerable<IToken> tokens, List<int> statementEnds)
    {
        var placed = new List<FormattedToken>();
        int end = 0;
        int nextEnd = 0;
        foreach (IToken token in tokens)
        {
            int lines = text.AsSpan(end..Math.Max(end, token.StartIndex)).Count('\n');
            bool isComment = token.Channel != TokenConstants.DefaultChannel;
            bool starts = !isComment && nextEnd < statementEnds.Count && statementEnds[nextEnd] <= token.StartIndex;
            while (!isComment && nextEnd < statementEnds.Count && statementEnds[nextEnd] <= token.StartIndex)
                nextEnd++;
            placed.Add(new FormattedToken(token.Type, text[token.StartIndex..(token.StopIndex + 1)].TrimEnd('\r'), lines, starts));
            end = token.StopIndex + 1;
        }

        return placed;
    }

    /// <summary>Hands the lexer's tokens on and keeps the comments.</summary>
    private sealed class CommentRecorder(TarnLexer lexer) : ITokenSource
    {
        public List<IToken> Comments { get; } = [];

        public int Line => lexer.Line;

        public int Column => lexer.Column;

        public ICharStream InputStream => (ICharStream)lexer.InputStream;

        public string SourceName => lexer.SourceName;

        public ITokenFactory TokenFactory { get => lexer.TokenFactory; set => lexer.TokenFactory = value; }

        public IToken NextToken()
        {
            IToken token = lexer.NextToken();
            if (token.Type is LINE_COMMENT or BLOCK_COMMENT)
                Comments.Add(token);
            return token;
        }
    }
}
