using System.Text;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Formatting;

/// <summary>Writes tokens in lines: where a line breaks, how far it is indented, and where blank lines stay.</summary>
internal sealed class SourceWriter(List<FormattedToken> tokens)
{
    private const int IndentWidth = 4;

    /// <summary>Before a comment at the end of a line of code.</summary>
    private const string BeforeTrailingComment = "    ";

    private static readonly HashSet<int> WantsBlock = [IF, ELSE, ELSE_IF, MATCH, WHILE, FOR, TRY, CATCH, FINALLY, DEFER, FN, CLASS, INTERFACE, ENUM, INIT, TEST];

    private readonly StringBuilder text = new();
    private readonly TokenSpacing spacing = new();
    private readonly List<Bracket> brackets = [];
    private int lineLevel;

    /// <summary>The level of the line with the last word that wants a block (<c>if</c>, <c>class</c>, …), for conditions that take several lines.</summary>
    private int? headerLevel;

    /// <param name="Level">Of the line with what the bracket belongs to: inside is one level more, and its end stands on the same.</param>
    /// <param name="HeaderLevel">What <see cref="headerLevel"/> is again behind its end.</param>
    private readonly record struct Bracket(bool IsBlock, int Level, int? HeaderLevel);

    public string Write()
    {
        for (int i = 0; i < tokens.Count; i++)
            Write(i);
        return text.Length == 0 ? "" : text.Append('\n').ToString();
    }

    private void Write(int index)
    {
        FormattedToken token = tokens[index];
        FormattedToken? before = index == 0 ? null : tokens[index - 1];
        if (before is not null && BreaksLine(before, token))
            BreakLine(before, index);
        else if (token.Type == LINE_COMMENT && before is not null)
            text.Append(BeforeTrailingComment);
        else if (spacing.IsSpaceBefore(token))
            text.Append(' ');
        text.Append(token.Text);
        spacing.Pass(token);
        Track(token);
    }

    /// <summary>The author's line breaks are kept, except before what belongs to the end of a line.</summary>
    private static bool BreaksLine(FormattedToken before, FormattedToken token) =>
        token.LinesBefore > 0 && (before.IsComment || !JoinsLineBefore(before, token));

    private static bool JoinsLineBefore(FormattedToken before, FormattedToken token) =>
        (token.Type == LBRACE && !token.StartsStatement && before.Type is not (LBRACE or COMMA)) || (before.Type == RBRACE && IsClauseAfterBlock(token));

    private static bool IsClauseAfterBlock(FormattedToken token) => token.Type is ELSE or ELSE_IF or CATCH or FINALLY;

    private void BreakLine(FormattedToken before, int index)
    {
        FormattedToken token = tokens[index];
        bool keepsBlank = token.LinesBefore > 1 && !Opens(before.Type) && !Closes(token.Type);
        text.Append(keepsBlank ? "\n\n" : "\n");
        lineLevel = LevelOf(token) + (Continues(before, index) ? 1 : 0);
        text.Append(' ', IndentWidth * lineLevel);
    }

    private int LevelOf(FormattedToken token)
    {
        if (brackets.Count == 0)
            return 0;
        return Closes(token.Type) ? brackets[^1].Level : brackets[^1].Level + 1;
    }

    /// <summary>Whether a line goes on with the statement of the line before: what brackets hold is indented by them, anything else by itself.</summary>
    private bool Continues(FormattedToken before, int index)
    {
        if (brackets.Count > 0 && !brackets[^1].IsBlock)
            return false;
        int next = index;
        while (next < tokens.Count && tokens[next].IsComment)
            next++;
        return next < tokens.Count && !tokens[next].StartsStatement && !Closes(tokens[next].Type) && !EndsLine(LastCodeBefore(index)) && !before.IsComment;
    }

    private FormattedToken? LastCodeBefore(int index)
    {
        for (int i = index - 1; i >= 0; i--)
        {
            if (!tokens[i].IsComment)
                return tokens[i];
        }

        return null;
    }

    private static bool EndsLine(FormattedToken? last) => last is null || Opens(last.Type) || last.Type is SEMI or COMMA;

    private void Track(FormattedToken token)
    {
        if (token.StartsStatement || token.Type == FAT_ARROW)
            headerLevel = null;
        if (WantsBlock.Contains(token.Type))
            headerLevel = lineLevel;
        if (Opens(token.Type))
            Open(token.Type == LBRACE);
        else if (Closes(token.Type) && brackets.Count > 0)
            Close();
    }

    private void Open(bool isBlock)
    {
        brackets.Add(new Bracket(isBlock, isBlock ? headerLevel ?? lineLevel : lineLevel, headerLevel));
        headerLevel = null;
    }

    private void Close()
    {
        headerLevel = brackets[^1].HeaderLevel;
        brackets.RemoveAt(brackets.Count - 1);
    }

    private static bool Opens(int type) => type is LPAREN or LAMBDA_OPEN or CALL_OPEN or LBRACK or LBRACE or INTERPOLATION;

    private static bool Closes(int type) => type is RPAREN or RBRACK or RBRACE;
}
