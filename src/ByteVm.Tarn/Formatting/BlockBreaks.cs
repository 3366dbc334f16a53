using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Formatting;

/// <summary>A block stands in one line, or nothing stands beside its braces: a block with a line break in it gets one behind its '{' and before its '}'.</summary>
internal static class BlockBreaks
{
    public static void Add(List<FormattedToken> tokens)
    {
        var open = new Stack<(int Index, bool IsBlock)>();
        int lastBreak = -1;
        for (int i = 0; i < tokens.Count; i++)
        {
            int type = tokens[i].Type;
            if (tokens[i].LinesBefore > 0 && type != LBRACE)
                lastBreak = i;
            if (type is LBRACE or INTERPOLATION)
                open.Push((i, type == LBRACE && (i == 0 || tokens[i - 1].Type != DOT)));
            else if (type == RBRACE && open.TryPop(out var opener) && opener.IsBlock && lastBreak > opener.Index && i > opener.Index + 1)
                lastBreak = Math.Max(lastBreak, Break(tokens, opener.Index, i));
        }
    }

    private static int Break(List<FormattedToken> tokens, int opener, int closer)
    {
        int first = tokens[opener + 1].Type == LINE_COMMENT ? opener + 2 : opener + 1;
        foreach (int index in (ReadOnlySpan<int>)[first, closer])
            tokens[index] = tokens[index] with { LinesBefore = Math.Max(1, tokens[index].LinesBefore) };
        return closer;
    }
}
