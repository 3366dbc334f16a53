using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Branches, switch, fuel and polls.</summary>
internal sealed partial class BaselineCompiler
{
    /// <summary>Up to this many cases a switch compares one by one.</summary>
    private const int MaxComparedCases = 3;

    private readonly List<PendingTable> pendingTables = [];

    /// <param name="Label">Start of the table.</param>
    /// <param name="Word">The switch.</param>
    private readonly record struct PendingTable(int Label, int Word);

    private void EmitJump(in LinkedInstruction instruction)
    {
        PrepareJump(instruction.Word);
        asm.Jump(Target(instruction.Word));
    }

    private void EmitBrTrue(in LinkedInstruction instruction) => BranchOnZero(instruction.A, Condition.NotEqual, instruction.B);

    private void EmitBrFalse(in LinkedInstruction instruction) => BranchOnZero(instruction.A, Condition.Equal, instruction.B);

    private void EmitBrNull(in LinkedInstruction instruction) => BranchOnZero(instruction.A, Condition.Equal, instruction.B);

    private void EmitBrNonnull(in LinkedInstruction instruction) => BranchOnZero(instruction.A, Condition.NotEqual, instruction.B);

    private void EmitBrEqI32(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.Equal);

    private void EmitBrNeI32(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.NotEqual);

    private void EmitBrLtI32(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.Less);

    private void EmitBrLeI32(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.LessOrEqual);

    private void EmitBrLtU32(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.Below);

    private void EmitBrLeU32(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.BelowOrEqual);

    private void EmitBrEqI64(in LinkedInstruction instruction) => BranchOnCompare64(in instruction, Condition.Equal);

    private void EmitBrNeI64(in LinkedInstruction instruction) => BranchOnCompare64(in instruction, Condition.NotEqual);

    private void EmitBrLtI64(in LinkedInstruction instruction) => BranchOnCompare64(in instruction, Condition.Less);

    private void EmitBrLeI64(in LinkedInstruction instruction) => BranchOnCompare64(in instruction, Condition.LessOrEqual);

    private void EmitBrEqRef(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.Equal);

    private void EmitBrNeRef(in LinkedInstruction instruction) => BranchOnCompare32(in instruction, Condition.NotEqual);

    private void EmitBrEqF32(in LinkedInstruction instruction) => BranchIfFloatsEqual(in instruction, Code.Ucomiss_xmm_xmmm32);

    private void EmitBrNeF32(in LinkedInstruction instruction) => BranchUnlessFloatsEqual(in instruction, Code.Ucomiss_xmm_xmmm32);

    private void EmitBrLtF32(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomiss_xmm_xmmm32, Condition.Above);

    private void EmitBrLeF32(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomiss_xmm_xmmm32, Condition.AboveOrEqual);

    private void EmitBrNltF32(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomiss_xmm_xmmm32, Condition.BelowOrEqual);

    private void EmitBrNleF32(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomiss_xmm_xmmm32, Condition.Below);

    private void EmitBrEqF64(in LinkedInstruction instruction) => BranchIfFloatsEqual(in instruction, Code.Ucomisd_xmm_xmmm64);

    private void EmitBrNeF64(in LinkedInstruction instruction) => BranchUnlessFloatsEqual(in instruction, Code.Ucomisd_xmm_xmmm64);

    private void EmitBrLtF64(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomisd_xmm_xmmm64, Condition.Above);

    private void EmitBrLeF64(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomisd_xmm_xmmm64, Condition.AboveOrEqual);

    private void EmitBrNltF64(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomisd_xmm_xmmm64, Condition.BelowOrEqual);

    private void EmitBrNleF64(in LinkedInstruction instruction) => BranchOnSwappedCompare(in instruction, Code.Ucomisd_xmm_xmmm64, Condition.Below);

    private void EmitSwitch(in LinkedInstruction instruction)
    {
        int cases = (int)instruction.Extension - 1;
        Gpr value = Use32(instruction.A);
        if (cases <= MaxComparedCases)
        {
            for (int i = 0; i < cases; i++)
            {
                asm.Arithmetic(Arithmetic.Compare, Width.Dword, value, i);
                asm.Jump(Condition.Equal, Target(instruction.SwitchTarget(i)));
            }

            asm.Jump(Target(instruction.SwitchTarget(cases)));
            return;
        }

        int table = asm.NewLabel();
        pendingTables.Add(new PendingTable(table, word));
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, value, cases);
        asm.Jump(Condition.AboveOrEqual, Target(instruction.SwitchTarget(cases)));
        asm.LoadAddress(Rcx, table);
        asm.Emit(Code.Movsxd_r64_rm32, Rax.Qword(), Address.TableEntry(Rcx, value));
        asm.Emit(Code.Add_r64_rm64, Rax.Qword(), Rcx.Qword());
        asm.Emit(Code.Jmp_rm64, Rax.Qword());
    }

    private void EmitJumpTables()
    {
        foreach (PendingTable pending in pendingTables)
        {
            LinkedInstruction instruction = function.InstructionAt(pending.Word);
            int cases = (int)instruction.Extension - 1;
            asm.Align(sizeof(int));
            asm.Bind(pending.Label);
            int start = asm.Position;
            jumpTables.Add(new JumpTable(start, cases));
            for (int i = 0; i < cases; i++)
                asm.TableEntry(LabelOf(pending.Word + instruction.SwitchTarget(i)), start);
        }
    }

    /// <summary>A block that cannot be paid for leaves with its fuel untouched and is tried again.</summary>
    private void EmitCharge(in LinkedInstruction instruction)
    {
        int again = asm.NewLabel();
        asm.Bind(again);
        int exit = ExitLabel(TrapKind.OutOfFuel, again, refund: instruction.Word);
        asm.Arithmetic(Arithmetic.Subtract, Width.Qword, Address.Context(ContextOffsets.Fuel), instruction.Word);
        asm.Jump(Condition.Negative, exit);
    }

    private void EmitPoll(in LinkedInstruction instruction)
    {
        int behind = asm.NewLabel();
        int exit = ExitLabel(TrapKind.Interrupt, behind);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Address.Context(ContextOffsets.Interrupt), 0);
        asm.Jump(Condition.NotEqual, exit);
        asm.Bind(behind);
    }

    private int Target(int distance) => LabelOf(word + distance);

    private void BranchOnZero(int slot, Condition condition, int distance)
    {
        Gpr value = Use32(slot);
        asm.Emit(Code.Test_rm32_r32, value.Dword(), value.Dword());
        PrepareBranch(distance);
        asm.Jump(condition, Target(distance));
    }

    private void BranchOnCompare32(in LinkedInstruction instruction, Condition condition)
    {
        Compare32(instruction.A, instruction.B);
        PrepareBranch(instruction.C);
        asm.Jump(condition, Target(instruction.C));
    }

    private void BranchOnCompare64(in LinkedInstruction instruction, Condition condition)
    {
        Compare64(instruction.A, instruction.B);
        PrepareBranch(instruction.C);
        asm.Jump(condition, Target(instruction.C));
    }

    /// <summary>Compares b with a: then "above" is a &lt; b and false for NaN, "below or equal" its negation.</summary>
    private void BranchOnSwappedCompare(in LinkedInstruction instruction, Code compare, Condition condition)
    {
        CompareFloats(compare, instruction.B, instruction.A);
        PrepareBranch(instruction.C);
        asm.Jump(condition, Target(instruction.C));
    }

    private void BranchIfFloatsEqual(in LinkedInstruction instruction, Code compare)
    {
        int unordered = asm.NewLabel();
        CompareFloats(compare, instruction.A, instruction.B);
        PrepareBranch(instruction.C);
        asm.Jump(Condition.Unordered, unordered);
        asm.Jump(Condition.Equal, Target(instruction.C));
        asm.Bind(unordered);
    }

    private void BranchUnlessFloatsEqual(in LinkedInstruction instruction, Code compare)
    {
        CompareFloats(compare, instruction.A, instruction.B);
        PrepareBranch(instruction.C);
        asm.Jump(Condition.Unordered, Target(instruction.C));
        asm.Jump(Condition.NotEqual, Target(instruction.C));
    }
}
