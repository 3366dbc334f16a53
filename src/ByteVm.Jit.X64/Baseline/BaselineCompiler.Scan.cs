using ByteVm.Runtime.Linking;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>The first pass: labels, loops, and what kind of value each slot holds.</summary>
internal sealed partial class BaselineCompiler
{
    private bool[] isLeader = [];
    private bool[] isInstruction = [];

    private void ScanCode()
    {
        int words = function.CodeWords;
        isLeader = Cleared(isLeader, words);
        isInstruction = Cleared(isInstruction, words);
        BeginJoins();
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
            case LabelPlace.B: MarkTarget(at, at + instruction.B); break;
            case LabelPlace.C: MarkTarget(at, at + instruction.C); break;
            case LabelPlace.Word: MarkTarget(at, at + instruction.Word); break;
            case LabelPlace.Table:
                for (int i = 0; i < (int)instruction.Extension; i++)
                    MarkOpenTarget(at + instruction.SwitchTarget(i));
                break;
        }
    }

    private void MarkTarget(int from, int target)
    {
        isLeader[target] = true;
        if (target <= from)
            loopEnds[target] = Math.Max(loopEnds[target], from);
    }

    /// <summary>A place to which control comes with nothing in registers.</summary>
    private void MarkOpenTarget(int target)
    {
        isLeader[target] = true;
        isOpen[target] = true;
    }
}
