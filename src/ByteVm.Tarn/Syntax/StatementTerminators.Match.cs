using Antlr4.Runtime;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// The arms of a match: up to the '=&gt;' of an arm stands a pattern, and no name or '(' there begins a lambda. The arms are in the first '{' after
/// 'match' that stands in the same brackets as it.
/// </summary>
internal sealed partial class StatementTerminators
{
    /// <summary>How many brackets are around each 'match' whose arms have not begun.</summary>
    private readonly Stack<int> openMatches = new();

    /// <summary>For each <see cref="Bracket.Arms"/> that is open, whether a pattern is being read.</summary>
    private readonly Stack<bool> patterns = new();

    private bool InArms => brackets.Count > 0 && brackets[^1] == Bracket.Arms;

    private bool IsInPattern => InArms && patterns.Peek();

    private bool BeginsArm(int next) => next == IS && InArms;

    private void NoteMatch() => openMatches.Push(brackets.Count);

    private bool OpenBrace(CommonToken token)
    {
        while (openMatches.TryPeek(out int depth) && depth > brackets.Count)
            openMatches.Pop();
        if (openMatches.TryPeek(out int around) && around == brackets.Count)
        {
            openMatches.Pop();
            patterns.Push(true);
            return Open(Bracket.Arms, token);
        }

        return Open(output.Count > 1 && output[^2].Type == DOT ? Bracket.NameList : Bracket.Block, token);
    }

    private void TrackArms(int type)
    {
        if (!InArms)
            return;
        bool beginsArm = type is NEWLINE or SEMI or COMMA;
        if (!beginsArm && type != FAT_ARROW)
            return;
        patterns.Pop();
        patterns.Push(beginsArm);
    }
}
