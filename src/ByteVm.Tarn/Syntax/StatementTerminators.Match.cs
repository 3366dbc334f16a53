using Antlr4.Runtime;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// The arms of a match: up to the '=&gt;' of an arm stands a pattern, perhaps with a guard, and no name or '(' there begins a lambda. To know which '{' holds
/// arms, each keyword that a '{' follows is kept until that comes: <c>match if c { a } else { b } { … }</c>.
/// </summary>
internal sealed partial class StatementTerminators
{
    private enum ArmPart : byte { Pattern, Guard, Body }

    /// <summary>Keywords whose '{' has not come, inner ones last: how many brackets are around each, and whether it is a match.</summary>
    private readonly Stack<(int Depth, bool IsMatch)> openHeads = new();

    /// <summary>For each <see cref="Bracket.Arms"/> that is open, what is being read.</summary>
    private readonly Stack<ArmPart> arms = new();

    private bool InArms => brackets.Count > 0 && brackets[^1] == Bracket.Arms;

    private bool IsInPattern => InArms && arms.Peek() != ArmPart.Body;

    private bool BeginsArm(int next) => next == IS && InArms;

    private void NoteHead(int type)
    {
        if (type == IF && InArms && arms.Peek() == ArmPart.Pattern)
            PassTo(ArmPart.Guard);
        else if (type != IF || output.Count < 2 || output[^2].Type != ELSE_IF)
            openHeads.Push((brackets.Count, type == MATCH));
    }

    private bool OpenBrace(CommonToken token)
    {
        LeaveHeads(brackets.Count + 1);
        bool isBody = output.Count > 1 && output[^2].Type == FAT_ARROW;
        if (!isBody && openHeads.TryPeek(out (int Depth, bool IsMatch) head) && head.Depth == brackets.Count)
        {
            openHeads.Pop();
            if (head.IsMatch)
                arms.Push(ArmPart.Pattern);
            return Open(head.IsMatch ? Bracket.Arms : Bracket.Block, token);
        }

        return Open(output.Count > 1 && output[^2].Type == DOT ? Bracket.NameList : Bracket.Block, token);
    }

    /// <summary>Forgets keywords within so many brackets or more whose '{' is missing.</summary>
    private void LeaveHeads(int depth)
    {
        while (openHeads.TryPeek(out (int Depth, bool IsMatch) head) && head.Depth >= depth)
            openHeads.Pop();
    }

    private void TrackArms(int type)
    {
        if (type is NEWLINE or SEMI)
            LeaveHeads(brackets.Count);
        if (!InArms)
            return;
        if (type is NEWLINE or SEMI or COMMA)
            PassTo(ArmPart.Pattern);
        else if (type == FAT_ARROW)
            PassTo(ArmPart.Body);
    }

    private void PassTo(ArmPart part)
    {
        arms.Pop();
        arms.Push(part);
    }
}
