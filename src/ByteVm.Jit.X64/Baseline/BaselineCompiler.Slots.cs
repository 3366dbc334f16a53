using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// Slots in registers. Use* give a register that holds the slot's value; Define* store a register to the slot and remember it.
/// Vector registers hold f32 values with bits 32 to 63 zero, as the slot does.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private const Gpr Rax = Gpr.Rax, Rcx = Gpr.Rcx, Rdx = Gpr.Rdx;
    private const int GeneralRegisters = 16;
    private const Xmm Xmm0 = Xmm.Xmm0;

    /// <summary>The operand of an instruction without result.</summary>
    private const int NoSlot = 0;

    /// <summary>By hardware number: the register's value was zero-extended from 32 bits by the code that made it.</summary>
    private readonly bool[] isNarrow = new bool[GeneralRegisters];

    private SlotUse[] slotKinds = [];
    private SlotConstant[] constants = [];
    private long constantEpoch;
    private int lowestSlot;

    private struct SlotConstant
    {
        public long Epoch;
        public long Value;
    }

    private void BeginSlots()
    {
        lowestSlot = -function.FrameBytes / FrameLayout.SlotBytes;
        int slots = FrameLayout.ParameterWord(Math.Max(function.ParameterSlots, function.ResultSlots)) - lowestSlot;
        general.Reset(lowestSlot, slots);
        vector.Reset(lowestSlot, slots);
        slotKinds = Cleared(slotKinds, slots);
        constants = Cleared(constants, slots);
        constantEpoch = 1;
    }

    private void BeginInstruction()
    {
        general.BeginInstruction();
        vector.BeginInstruction();
    }

    /// <summary>At calls and services: they change registers, but no slot beside their result and the outgoing area.</summary>
    private void ForgetRegisters()
    {
        general.Clear();
        vector.Clear();
    }

    private bool IsFloat(int slot) => slotKinds[slot - lowestSlot] == SlotUse.Float;

    private bool IsNarrow(int slot) => slotKinds[slot - lowestSlot] == SlotUse.Narrow;

    /// <summary>The value the slot is known to hold, with the upper half zero in an i32.</summary>
    private bool TryConstant(int slot, out long value)
    {
        ref SlotConstant constant = ref constants[slot - lowestSlot];
        value = constant.Value;
        return constant.Epoch == constantEpoch;
    }

    private bool TryConstant32(int slot, out int value)
    {
        bool known = TryConstant(slot, out long wide);
        value = (int)wide;
        return known;
    }

    /// <summary>A 64-bit value that an immediate operand can hold.</summary>
    private bool TryImmediate64(int slot, out int value)
    {
        bool known = TryConstant(slot, out long wide);
        value = (int)wide;
        return known && value == wide;
    }

    /// <summary>Callees own the outgoing area, so nothing is remembered of it.</summary>
    private void SetConstant(int slot, long value)
    {
        if (slot >= FrameLayout.LocalWord(function.LocalSlots - 1))
            constants[slot - lowestSlot] = new SlotConstant { Epoch = constantEpoch, Value = value };
    }

    private void ForgetConstant(int slot) => constants[slot - lowestSlot].Epoch = 0;

    // ---- uses

    /// <summary>A register with the slot's i32 or reference, zero-extended by an instruction of this block.</summary>
    private Gpr Use32(int slot)
    {
        int register = general.Find(slot);
        if (register == RegisterCache.None)
            return LoadGeneral(slot, Code.Mov_r32_rm32, narrow: true);
        if (!isNarrow[register])
        {
            asm.Emit(Code.Mov_r32_rm32, ((Gpr)register).Dword(), ((Gpr)register).Dword());
            isNarrow[register] = true;
        }

        return (Gpr)register;
    }

    /// <summary>A register with all 64 bits of the slot.</summary>
    private Gpr Use64(int slot)
    {
        int register = general.Find(slot);
        return register != RegisterCache.None ? (Gpr)register : LoadGeneral(slot, Code.Mov_r64_rm64, narrow: false);
    }

    /// <summary>A register with the slot's floating-point number.</summary>
    private Xmm UseFloat(int slot)
    {
        int register = vector.Find(slot);
        if (register != RegisterCache.None)
            return (Xmm)register;
        Xmm target = NewVector();
        int source = general.Find(slot);
        if (source != RegisterCache.None)
            asm.Emit(Code.Movq_xmm_rm64, target.Name(), ((Gpr)source).Qword());
        else
            asm.Emit(Code.Movsd_xmm_xmmm64, target.Name(), Address.Slot(slot));
        vector.Bind(slot, (int)target);
        return target;
    }

    private Gpr LoadGeneral(int slot, Code code, bool narrow)
    {
        Gpr target = NewGeneral();
        asm.Emit(code, code == Code.Mov_r32_rm32 ? target.Dword() : target.Qword(), Address.Slot(slot));
        general.Bind(slot, (int)target);
        isNarrow[(int)target] = narrow;
        return target;
    }

    /// <summary>Copies the slot's i32 to a scratch register.</summary>
    private void Copy32(Gpr scratch, int slot)
    {
        int register = general.Find(slot);
        if (register != RegisterCache.None)
            asm.Emit(Code.Mov_r32_rm32, scratch.Dword(), ((Gpr)register).Dword());
        else
            asm.Emit(Code.Mov_r32_rm32, scratch.Dword(), Address.Slot(slot));
    }

    /// <summary>Copies all 64 bits of the slot, of whatever type, to a scratch register.</summary>
    private void Copy64(Gpr scratch, int slot)
    {
        int register = general.Find(slot);
        int vectorRegister = vector.Find(slot);
        if (register != RegisterCache.None)
            asm.Emit(Code.Mov_r64_rm64, scratch.Qword(), ((Gpr)register).Qword());
        else if (vectorRegister != RegisterCache.None)
            asm.Emit(Code.Movq_rm64_xmm, scratch.Qword(), ((Xmm)vectorRegister).Name());
        else
            asm.Emit(Code.Mov_r64_rm64, scratch.Qword(), Address.Slot(slot));
    }

    // ---- definitions

    private Gpr NewGeneral() => (Gpr)general.Allocate();

    private Xmm NewVector() => (Xmm)vector.Allocate();

    /// <summary>Stores an i32 or reference whose upper half the last instruction on it made zero.</summary>
    private void Define32(int slot, Gpr value) => DefineGeneral(slot, value, narrow: true);

    private void Define64(int slot, Gpr value) => DefineGeneral(slot, value, narrow: false);

    private void DefineGeneral(int slot, Gpr value, bool narrow)
    {
        asm.Emit(Code.Mov_rm64_r64, Address.Slot(slot), value.Qword());
        ForgetConstant(slot);
        vector.Forget(slot);
        general.Bind(slot, (int)value);
        isNarrow[(int)value] = narrow;
    }

    private void DefineFloat(int slot, Xmm value)
    {
        asm.Emit(Code.Movsd_xmmm64_xmm, Address.Slot(slot), value.Name());
        ForgetConstant(slot);
        general.Forget(slot);
        vector.Bind(slot, (int)value);
    }

    /// <summary>The slot has been stored by someone else.</summary>
    private void Forget(int slot)
    {
        ForgetConstant(slot);
        general.Forget(slot);
        vector.Forget(slot);
    }
}
