using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Optional values. An optional reference is the reference itself, nothing being null; so is what a type variable stands for that is an
/// optional already. Every other optional is a value of two fields: slot 0 says whether there is something, the other slots what.
/// </summary>
internal sealed partial class FunctionLinker
{
    private void LinkOptionalNone(in Instruction none)
    {
        IReadOnlyList<SlotKind> slots = frame.TypeOf(none.A).Slots;
        for (int slot = 0; slot < slots.Count; slot++)
        {
            if (slots[slot] is SlotKind.I64 or SlotKind.F64)
                buffer.EmitExtended(LinkedOpcode.ConstI64, frame.Word(none.A, slot), 0, 0);
            else
                buffer.EmitWord(LinkedOpcode.ConstI32, frame.Word(none.A, slot), 0);
        }
    }

    private void LinkOptionalSome(in Instruction some)
    {
        LinkedType optional = frame.TypeOf(some.A);
        if (!IsFlagged(optional, frame.TypeOf(some.B)))
        {
            Move(some.A, some.B);
            return;
        }

        Constant32(some.A, 1);
        for (int slot = 1; slot < optional.Slots.Count; slot++)
            MovePart(frame.Word(some.A, slot), frame.Word(some.B, slot - 1), optional.Arguments[0]);
    }

    private void LinkOptionalHas(in Instruction has)
    {
        if (frame.TypeOf(has.B).IsReference)
            LinkIsNotNull(has);
        else
            MoveWord(frame.Word(has.A), frame.Word(has.B));
    }

    private void LinkOptionalGet(in Instruction get)
    {
        int first = IsFlagged(frame.TypeOf(get.B), frame.TypeOf(get.A)) ? 1 : 0;
        for (int slot = first; slot < frame.TypeOf(get.B).Slots.Count; slot++)
            MoveWord(frame.Word(get.A, slot - first), frame.Word(get.B, slot));
    }

    /// <summary>Whether an optional type has a flag before the values of the other type.</summary>
    private static bool IsFlagged(LinkedType optional, LinkedType inside) => !optional.IsReference && optional != inside;
}
