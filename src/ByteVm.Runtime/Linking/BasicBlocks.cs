using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// The block structure of module code. A leader is the first instruction, a branch target, where a handler goes or what follows a branch; a loop header
/// is the target of a branch from itself or from further down. Fuel is charged per block, so that it is the same in every engine.
/// </summary>
internal sealed class BasicBlocks
{
    private readonly bool[] leaders;
    private readonly bool[] loopHeaders;
    private readonly IReadOnlyList<Instruction> code;

    public BasicBlocks(IReadOnlyList<Instruction> code, IReadOnlyList<ExceptionHandler> handlers)
    {
        this.code = code;
        leaders = new bool[code.Count + 1];
        loopHeaders = new bool[code.Count];
        leaders[0] = true;
        for (int pc = 0; pc < code.Count; pc++)
        {
            OpcodeInfo info = code[pc].Opcode.Info();
            leaders[pc + 1] |= info.Has(OpcodeFacts.Branch) || info.Has(OpcodeFacts.End);
            foreach (OperandInfo operand in info.Operands)
                MarkTargets(pc, operand);
        }

        foreach (ExceptionHandler handler in handlers)
            MarkTarget(handler.End - 1, handler.Target);
    }

    public bool IsLeader(int pc) => leaders[pc];

    public bool IsLoopHeader(int pc) => loopHeaders[pc];

    /// <summary>Fuel of the block that starts at this leader.</summary>
    public int Fuel(int leader)
    {
        int fuel = 0;
        int pc = leader;
        do
        {
            fuel += code[pc++].Opcode.Info().Fuel;
        }
        while (!leaders[pc] && pc < code.Count);
        return fuel;
    }

    private void MarkTargets(int pc, OperandInfo operand)
    {
        if (operand.Kind == OperandKind.Label)
        {
            MarkTarget(pc, code[pc].Operand((int)operand.Slot));
        }
        else if (operand.Kind == OperandKind.Labels)
        {
            foreach (int target in code[pc].List!)
                MarkTarget(pc, target);
        }
    }

    private void MarkTarget(int pc, int target)
    {
        leaders[target] = true;
        loopHeaders[target] |= target <= pc;
    }
}
