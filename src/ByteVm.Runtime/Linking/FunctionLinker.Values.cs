using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>Constants and moves.</summary>
internal sealed partial class FunctionLinker
{
    private void LinkConstant(LinkedOpcode opcode, int slot, long value, OperandType type)
    {
        if (type == OperandType.I64)
            buffer.EmitExtended(opcode, slot, 0, (ulong)value);
        else
            buffer.EmitWord(opcode, slot, (int)value);
    }

    private void LinkConstF32(in Instruction constant) => Constant32(constant.A, (int)constant.Immediate);

    private void LinkConstF64(in Instruction constant) =>
        buffer.EmitExtended(LinkedOpcode.ConstI64, frame.Word(constant.A), 0, (ulong)constant.Immediate);

    private void LinkConstString(in Instruction constant) => Constant32(constant.A, (int)program.LiteralOffsets[constant.B]);

    private void LinkConstNull(in Instruction constant) => Constant32(constant.A, 0);

    private void Constant32(int register, int value) => buffer.EmitWord(LinkedOpcode.ConstI32, frame.Word(register), value);

    private void Move(int destination, int register)
    {
        for (int slot = 0; slot < frame.TypeOf(destination).Slots.Count; slot++)
            MoveWord(frame.Word(destination, slot), frame.Word(register, slot));
    }

    private void MoveWord(int destination, int word)
    {
        if (destination != word)
            buffer.Emit(LinkedOpcode.Move, destination, word);
    }

    /// <returns>The outgoing word that comes next.</returns>
    private int MoveToOutgoing(ReadOnlySpan<int> registers, int first = 0)
    {
        int next = first;
        foreach (int register in registers)
        {
            for (int slot = 0; slot < frame.TypeOf(register).Slots.Count; slot++)
                MoveWord(function.OutgoingWord(next++), frame.Word(register, slot));
        }

        return next;
    }
}
