using ByteVm.Jit.X64.Assembly;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Comparisons to 0 or 1.</summary>
internal sealed partial class BaselineCompiler
{
    private void EmitEqI32(in LinkedInstruction instruction) => Set32(in instruction, Condition.Equal);

    private void EmitNeI32(in LinkedInstruction instruction) => Set32(in instruction, Condition.NotEqual);

    private void EmitLtI32(in LinkedInstruction instruction) => Set32(in instruction, Condition.Less);

    private void EmitLeI32(in LinkedInstruction instruction) => Set32(in instruction, Condition.LessOrEqual);

    private void EmitLtU32(in LinkedInstruction instruction) => Set32(in instruction, Condition.Below);

    private void EmitLeU32(in LinkedInstruction instruction) => Set32(in instruction, Condition.BelowOrEqual);

    private void EmitEqI64(in LinkedInstruction instruction) => Set64(in instruction, Condition.Equal);

    private void EmitNeI64(in LinkedInstruction instruction) => Set64(in instruction, Condition.NotEqual);

    private void EmitLtI64(in LinkedInstruction instruction) => Set64(in instruction, Condition.Less);

    private void EmitLeI64(in LinkedInstruction instruction) => Set64(in instruction, Condition.LessOrEqual);

    private void EmitLtU64(in LinkedInstruction instruction) => Set64(in instruction, Condition.Below);

    private void EmitLeU64(in LinkedInstruction instruction) => Set64(in instruction, Condition.BelowOrEqual);

    private void EmitEqF32(in LinkedInstruction instruction) => SetFloatsEqual(in instruction, Code.Ucomiss_xmm_xmmm32);

    private void EmitNeF32(in LinkedInstruction instruction) => SetFloatsDifferent(in instruction, Code.Ucomiss_xmm_xmmm32);

    private void EmitLtF32(in LinkedInstruction instruction) => SetSwapped(in instruction, Code.Ucomiss_xmm_xmmm32, Condition.Above);

    private void EmitLeF32(in LinkedInstruction instruction) => SetSwapped(in instruction, Code.Ucomiss_xmm_xmmm32, Condition.AboveOrEqual);

    private void EmitEqF64(in LinkedInstruction instruction) => SetFloatsEqual(in instruction, Code.Ucomisd_xmm_xmmm64);

    private void EmitNeF64(in LinkedInstruction instruction) => SetFloatsDifferent(in instruction, Code.Ucomisd_xmm_xmmm64);

    private void EmitLtF64(in LinkedInstruction instruction) => SetSwapped(in instruction, Code.Ucomisd_xmm_xmmm64, Condition.Above);

    private void EmitLeF64(in LinkedInstruction instruction) => SetSwapped(in instruction, Code.Ucomisd_xmm_xmmm64, Condition.AboveOrEqual);

    private void EmitEqRef(in LinkedInstruction instruction) => Set32(in instruction, Condition.Equal);

    private void EmitNeRef(in LinkedInstruction instruction) => Set32(in instruction, Condition.NotEqual);

    private void Set32(in LinkedInstruction instruction, Condition condition)
    {
        Compare32(instruction.B, instruction.C);
        DefineCondition(instruction.A, condition);
    }

    private void Set64(in LinkedInstruction instruction, Condition condition)
    {
        Compare64(instruction.B, instruction.C);
        DefineCondition(instruction.A, condition);
    }

    /// <summary>b compared with a: "above" and "above or equal" are false when either is NaN.</summary>
    private void SetSwapped(in LinkedInstruction instruction, Code compare, Condition condition)
    {
        CompareFloats(compare, instruction.C, instruction.B);
        DefineCondition(instruction.A, condition);
    }

    private void SetFloatsEqual(in LinkedInstruction instruction, Code compare)
    {
        CompareFloats(compare, instruction.B, instruction.C);
        asm.Set(Condition.Ordered, Rax);
        asm.Set(Condition.Equal, Rcx);
        asm.Arithmetic(Arithmetic.And, Width.Dword, Rax, Rcx);
        DefineByte(instruction.A);
    }

    private void SetFloatsDifferent(in LinkedInstruction instruction, Code compare)
    {
        CompareFloats(compare, instruction.B, instruction.C);
        asm.Set(Condition.Unordered, Rax);
        asm.Set(Condition.NotEqual, Rcx);
        asm.Arithmetic(Arithmetic.Or, Width.Dword, Rax, Rcx);
        DefineByte(instruction.A);
    }

    private void Compare32(int left, int right)
    {
        Gpr a = Use32(left);
        if (TryConstant32(right, out int value))
            CompareWithConstant(a, value, Width.Dword);
        else
            asm.Arithmetic(Arithmetic.Compare, Width.Dword, a, Use32(right));
    }

    private void Compare64(int left, int right)
    {
        Gpr a = Use64(left);
        if (TryImmediate64(right, out int value))
            CompareWithConstant(a, value, Width.Qword);
        else
            asm.Arithmetic(Arithmetic.Compare, Width.Qword, a, Use64(right));
    }

    /// <summary>test leaves the flags that comparing with zero does.</summary>
    private void CompareWithConstant(Gpr register, int value, Width width)
    {
        if (value != 0)
            asm.Arithmetic(Arithmetic.Compare, width, register, value);
        else if (width == Width.Dword)
            asm.Emit(Code.Test_rm32_r32, register.Dword(), register.Dword());
        else
            asm.Emit(Code.Test_rm64_r64, register.Qword(), register.Qword());
    }

    private void CompareFloats(Code compare, int left, int right)
    {
        Xmm a = UseFloat(left), b = UseFloat(right);
        asm.Emit(compare, a.Name(), b.Name());
    }

    private void DefineCondition(int slot, Condition condition)
    {
        asm.Set(condition, Rax);
        DefineByte(slot);
    }

    /// <summary>Defines a slot as the zero-extended al.</summary>
    private void DefineByte(int slot)
    {
        Gpr result = NewGeneral();
        asm.Emit(Code.Movzx_r32_rm8, result.Dword(), Rax.Byte());
        Define32(slot, result);
    }
}
