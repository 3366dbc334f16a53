using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Which instructions can be reached once type tests of type variables are decided. A test that the type arguments decide, followed by the
/// branch on its result, is no branch any more; what it never goes to is not linked. So a generic function that asks for one type after
/// the other costs what a function for its type would.
/// </summary>
internal sealed class ReachableCode
{
    private readonly IReadOnlyList<Instruction> code;
    private readonly BasicBlocks blocks;
    private readonly Func<Instruction, bool?> outcome;
    private readonly bool[] isReachable;
    private readonly bool[] isRead;

    /// <param name="outcome">What a type test gives whatever the value is; null when that depends on the value.</param>
    public ReachableCode(Function source, BasicBlocks blocks, Func<Instruction, bool?> outcome)
    {
        code = source.Code;
        this.blocks = blocks;
        this.outcome = outcome;
        isReachable = new bool[code.Count];
        isRead = new bool[source.Registers.Count];
        Follow(source.Handlers.Select(h => h.Target).Prepend(0));
        for (int pc = 0; pc < code.Count; pc++)
        {
            if (isReachable[pc])
                NoteReads(pc);
        }
    }

    public bool IsReachable(int pc) => isReachable[pc];

    /// <summary>Whether a type test is decided and its result read by the decided branch alone.</summary>
    public bool IsSuperfluous(int pc) => code[pc].Opcode == Opcode.Is && !isRead[code[pc].A] && outcome(code[pc]) is not null;

    /// <summary>Whether the branch at this place always or never goes to its label; null when it is not decided.</summary>
    public bool? Decision(int pc)
    {
        if (pc == 0 || blocks.IsLeader(pc) || code[pc].Opcode is not (Opcode.BrTrue or Opcode.BrFalse))
            return null;
        Instruction test = code[pc - 1];
        return test.Opcode == Opcode.Is && test.A == code[pc].A && outcome(test) is { } holds ? holds == (code[pc].Opcode == Opcode.BrTrue) : null;
    }

    /// <summary>Whether nothing is linked between a jump and its target.</summary>
    public bool IsNext(int pc, int target)
    {
        if (target <= pc)
            return false;
        for (int between = pc + 1; between < target; between++)
        {
            if (isReachable[between])
                return false;
        }

        return true;
    }

    private void Follow(IEnumerable<int> starts)
    {
        var pending = new Stack<int>(starts);
        while (pending.TryPop(out int pc))
        {
            while (!isReachable[pc])
            {
                isReachable[pc] = true;
                bool? decision = Decision(pc);
                if (decision != false)
                    PushTargets(pc, pending);
                if (decision == true || code[pc].Opcode.Info().Has(OpcodeFacts.End))
                    break;
                pc++;
            }
        }
    }

    private void PushTargets(int pc, Stack<int> pending)
    {
        foreach (OperandInfo operand in code[pc].Opcode.Info().Operands)
        {
            if (operand.Kind == OperandKind.Label)
                pending.Push(code[pc].Operand((int)operand.Slot));
            else if (operand.Kind == OperandKind.Labels)
                Array.ForEach(code[pc].List!, pending.Push);
        }
    }

    private void NoteReads(int pc)
    {
        if (Decision(pc) is not null)
            return;
        foreach (OperandInfo operand in code[pc].Opcode.Info().Operands)
        {
            if (operand.Kind == OperandKind.Use)
                isRead[code[pc].Operand((int)operand.Slot)] = true;
            else if (operand.Kind == OperandKind.Arguments)
                Array.ForEach(code[pc].List!, register => isRead[register] = true);
        }
    }
}
