using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// The inline path of writing an i32 in decimal. The digits are counted, then written from the last one on; a tenth is the upper part of a product with
/// 2^35 / 10, rounded up, which is exact for 32 bits (Granlund, Montgomery: "Division by invariant integers using multiplication", 1994).
/// </summary>
internal sealed partial class BaselineCompiler
{
    private const uint TenthFactor = 0xCCCC_CCCD;
    private const int TenthShift = 35;

    private void EmitFormatI32(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Gpr value = Use32(instruction.B);
        Gpr target = BindResult(instruction.A), rest = NewGeneral(), factor = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        CountDigits(value, rest);
        TakeString(target, slow);
        WriteSign(value);
        WriteDigits(rest, factor);
        StoreResult(instruction.A, target, done);
    }

    /// <summary>edx = length of the number's text; the rest becomes its magnitude.</summary>
    private void CountDigits(Gpr value, Gpr rest)
    {
        int isPositive = asm.NewLabel(), more = asm.NewLabel(), counted = asm.NewLabel();
        asm.Emit(Code.Mov_r32_imm32, Rdx.Dword(), OpKind.Immediate32, 1);
        asm.Emit(Code.Mov_r32_rm32, rest.Dword(), value.Dword());
        asm.Emit(Code.Test_rm32_r32, rest.Dword(), rest.Dword());
        asm.Jump(Condition.NotNegative, isPositive);
        asm.Emit(Code.Neg_rm32, rest.Dword());
        asm.Emit(Code.Mov_r32_imm32, Rdx.Dword(), OpKind.Immediate32, 2);
        asm.Bind(isPositive);
        asm.Emit(Code.Mov_r32_imm32, Rcx.Dword(), OpKind.Immediate32, 10);
        asm.Bind(more);
        asm.Arithmetic(Arithmetic.Compare, Width.Qword, rest, Rcx);
        asm.Jump(Condition.Below, counted);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rdx, 1);
        asm.Emit(Code.Imul_r64_rm64_imm32, Rcx.Qword(), Rcx.Qword(), OpKind.Immediate32to64, 10);
        asm.Jump(more);
        asm.Bind(counted);
    }

    /// <summary>A minus at the start of the text at eax if the number has one; eax becomes the end of the edx bytes.</summary>
    private void WriteSign(Gpr value)
    {
        int isPositive = asm.NewLabel();
        asm.Emit(Code.Test_rm32_r32, value.Dword(), value.Dword());
        asm.Jump(Condition.NotNegative, isPositive);
        asm.Emit(Code.Mov_rm8_imm8, Address.Heap(Rax, ObjectLayout.StringBytesOffset), OpKind.Immediate8, '-');
        asm.Bind(isPositive);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rax, Rdx);
    }

    /// <summary>The digits of the rest before eax: ten at most, as a tenth of 32 bits has fewer and so on.</summary>
    private void WriteDigits(Gpr rest, Gpr factor)
    {
        int next = asm.NewLabel();
        asm.Emit(Code.Mov_r32_imm32, factor.Dword(), OpKind.Immediate32, unchecked((int)TenthFactor));
        asm.Bind(next);
        asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), rest.Dword());
        asm.Emit(Code.Imul_r64_rm64, Rcx.Qword(), factor.Qword());
        asm.Emit(Code.Shr_rm64_imm8, Rcx.Qword(), OpKind.Immediate8, TenthShift);
        asm.Emit(Code.Lea_r32_m, Rdx.Dword(), Address.Sum(Rcx, Rcx, 4, 0));
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rdx, Rdx);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, rest, Rdx);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, rest, '0');
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rax, 1);
        asm.Emit(Code.Mov_rm8_r8, Address.Heap(Rax, ObjectLayout.StringBytesOffset), rest.Byte());
        asm.Emit(Code.Mov_r32_rm32, rest.Dword(), Rcx.Dword());
        asm.Emit(Code.Test_rm32_r32, Rcx.Dword(), Rcx.Dword());
        asm.Jump(Condition.NotEqual, next);
    }
}
