using ByteVm.Jit.X64.Baseline;
using ByteVm.Memory.Layout;

namespace ByteVm.Jit.X64.Checking;

/// <summary>Rule 2: the prologue, the frame's size, zeroed locals.</summary>
internal sealed partial class EmittedCodeChecker
{
    private void CheckPrologue()
    {
        Expect(0, "push rbp", i => i is { Form.Name: "push", Register: Rbp });
        Expect(1, "mov rbp, rsp", i => i is { Form.Name: "mov", Bytes: 8, Register: Rbp, Rm: Rsp } && i.Form.Has(FormFlags.WritesRegister));
        Expect(2, "lea rax, [rbp - frame]", i => i is { Form.Name: "lea", Bytes: 8, Register: Rax, Base: Rbp, Index: GuestInstruction.NoRegister }
            && i.Displacement == -function.FrameBytes);
        Expect(3, "cmp rax, [r14 + StackLimit]", i => i is { Form.Name: "cmp", Bytes: 8, Register: Rax, Base: R14, Index: GuestInstruction.NoRegister }
            && i.Displacement == ContextOffsets.StackLimit);
        Expect(4, "jb stack overflow", i => i is { Form.Kind: FormKind.ConditionalBranch } && (i.Opcode & 15) == 2 && i.Target == compiled.StackOverflowOffset);
        bodyStart = 5;
        if (function.FrameBytes > 0)
            Expect(bodyStart++, "sub rsp, frame", i => i is { Form.Name: "sub", Bytes: 8, Rm: Rsp, ImmediateBytes: not 0 } && i.Immediate == function.FrameBytes);
        bodyStart = CheckLocalsAreZeroed(bodyStart);
    }

    private void Expect(int index, string what, Predicate<GuestInstruction> holds)
    {
        if (index >= instructions.Length || !holds(instructions[index]))
            Refuse(index < instructions.Length ? instructions[index].Offset : compiled.InstructionBytes, $"the prologue must have '{what}' here");
    }

    /// <summary>Either one rep stosq, or stores of zero, from the highest local down without a gap.</summary>
    /// <returns>The first instruction after them.</returns>
    private int CheckLocalsAreZeroed(int index)
    {
        if (index < instructions.Length && instructions[index] is { Form.Name: "lea", Register: Rdi })
            return CheckRepeatedZeroing(index);
        int zeroed = 0;
        if (function.LocalSlots > 1)
            Expect(index++, "xorps xmm0, xmm0", i => i is { Form.Name: "xorps", Register: 0, Rm: 0 });
        while (zeroed < function.LocalSlots)
        {
            GuestInstruction store = instructions[Math.Min(index, instructions.Length - 1)];
            int slots = IsZeroStore(in store) ? store.MemoryBytes / SlotBytes : 0;
            if (slots == 0 || store.Displacement != -(zeroed + slots) * SlotBytes || zeroed + slots > function.LocalSlots)
                Refuse(store.Offset, $"the prologue must zero local slot {zeroed} here");
            zeroed += slots;
            index++;
        }

        return index;
    }

    private static bool IsZeroStore(in GuestInstruction store) =>
        store is { Form.Name: "movups", Register: 0, Base: Rbp, Index: GuestInstruction.NoRegister }
        || (store is { Form.Name: "mov", Bytes: 8, IsMemory: true, Base: Rbp, Index: GuestInstruction.NoRegister, ImmediateBytes: 4, Immediate: 0 });

    private int CheckRepeatedZeroing(int index)
    {
        Expect(index, "lea rdi, [rbp - locals]", i => i is { Bytes: 8, Base: Rbp, Index: GuestInstruction.NoRegister }
            && i.Displacement == -function.LocalSlots * SlotBytes);
        Expect(index + 1, "mov ecx, locals", i => i is { Form.Name: "mov", Bytes: 4, Register: Rcx, IsMemory: false, ImmediateBytes: 4 }
            && i.Immediate == function.LocalSlots);
        Expect(index + 2, "xor eax, eax", i => i is { Form.Name: "xor", Register: Rax, Rm: Rax });
        Expect(index + 3, "rep stosq", i => i is { Form.Kind: FormKind.RepeatStore, Bytes: 8 });
        return index + 4;
    }
}
