using ByteVm.Runtime.Linking;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>The first pass: labels, and what kind of value each slot holds.</summary>
internal sealed partial class BaselineCompiler
{
    private bool[] isLeader = [];
    private bool[] isInstruction = [];

    private void ScanCode()
    {
        int words = function.CodeWords;
        isLeader = Cleared(isLeader, words);
        isInstruction = Cleared(isInstruction, words);
        for (int at = 0; at < words;)
        {
            LinkedInstruction instruction = function.InstructionAt(at);
            ref readonly OperandShape shape = ref OperandShape.Of(instruction.Opcode);
            isInstruction[at] = true;
            Learn(shape.A, instruction.A);
            Learn(shape.B, instruction.B);
            Learn(shape.C, instruction.C);
            MarkTargets(at, in instruction, shape.Label);
            at += instruction.Size;
        }
    }

    private static T[] Cleared<T>(T[] array, int length)
    {
        if (array.Length < length)
            return new T[Math.Max(length, 2 * array.Length)];
        Array.Clear(array, 0, length);
        return array;
    }

    private void Learn(SlotUse? kind, int slot)
    {
        if (kind is { } known && slot != NoSlot && slotKinds[slot - lowestSlot] < known)
            slotKinds[slot - lowestSlot] = known;
    }

    private void MarkTargets(int at, in LinkedInstruction instruction, LabelPlace place)
    {
        switch (place)
        {
            case LabelPlace.B: isLeader[at + instruction.B] = true; break;
            case LabelPlace.C: isLeader[at + instruction.C] = true; break;
            case LabelPlace.Word: isLeader[at + instruction.Word] = true; break;
            case LabelPlace.Table:
                for (int i = 0; i < (int)instruction.Extension; i++)
                    isLeader[at + instruction.SwitchTarget(i)] = true;
                break;
        }
    }
}
