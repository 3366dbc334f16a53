using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// The inline path of a string's hash: the one that the string keeps, or <see cref="TextHash"/> of a text that is shorter than a unit of fuel pays for.
/// The padding behind a string's bytes is zero (<see cref="ObjectLayout"/>), so its last word is read as it stands.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private void EmitStringHash(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel(), known = asm.NewLabel();
        Gpr text = Use32(instruction.B);
        Gpr target = BindResult(instruction.A), factor = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        LoadHeader(Rax, text, ObjectLayout.StringHashOffset);
        asm.Emit(Code.Test_rm32_r32, Rax.Dword(), Rax.Dword());
        asm.Jump(Condition.NotEqual, known);
        LoadHeader(Rdx, text, ObjectLayout.LengthOffset);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rdx, ServiceCall.BytesPerFuelUnit);
        asm.Jump(Condition.AboveOrEqual, slow);
        HashText(text, factor);
        asm.Bind(known);
        FinishResult(instruction.A, target, done);
    }

    /// <summary>eax = hash of the edx bytes of a text, which keeps it.</summary>
    private void HashText(Gpr text, Gpr factor)
    {
        int words = asm.NewLabel(), rest = asm.NewLabel(), wide = asm.NewLabel(), last = asm.NewLabel(), final = asm.NewLabel(), end = asm.NewLabel();
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Rdx.Dword());
        asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), text.Dword());
        asm.Emit(Code.Mov_r64_imm64, factor.Qword(), OpKind.Immediate64, unchecked((long)TextHash.Factor));
        asm.Bind(words);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rdx, sizeof(long));
        asm.Jump(Condition.Below, rest);
        RotateHash();
        MarkFaultSite();
        asm.Emit(Code.Xor_r64_rm64, Rax.Qword(), Address.Heap(Rcx, ObjectLayout.StringBytesOffset));
        asm.Emit(Code.Imul_r64_rm64, Rax.Qword(), factor.Qword());
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, sizeof(long));
        asm.Jump(words);
        asm.Bind(rest);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rdx, sizeof(long));
        asm.Jump(Condition.Equal, final);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rdx, sizeof(int));
        asm.Jump(Condition.Above, wide);
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, Rdx.Dword(), Address.Heap(Rcx, ObjectLayout.StringBytesOffset));
        asm.Jump(last);
        asm.Bind(wide);
        MarkFaultSite();
        asm.Emit(Code.Mov_r64_rm64, Rdx.Qword(), Address.Heap(Rcx, ObjectLayout.StringBytesOffset));
        asm.Bind(last);
        RotateHash();
        asm.Emit(Code.Xor_r64_rm64, Rax.Qword(), Rdx.Qword());
        asm.Emit(Code.Imul_r64_rm64, Rax.Qword(), factor.Qword());
        asm.Bind(final);
        FoldHash(factor, end);
        asm.Bind(end);
        MarkFaultSite();
        asm.Emit(Code.Mov_rm32_r32, Address.Heap(text, ObjectLayout.StringHashOffset), Rax.Dword());
    }

    private void RotateHash() => asm.Emit(Code.Rol_rm64_imm8, Rax.Qword(), OpKind.Immediate8, TextHash.Rotation);

    /// <summary>The upper half of the last product, which is never 0.</summary>
    private void FoldHash(Gpr factor, int end)
    {
        asm.Emit(Code.Mov_r64_rm64, Rdx.Qword(), Rax.Qword());
        asm.Emit(Code.Shr_rm64_imm8, Rdx.Qword(), OpKind.Immediate8, 32);
        asm.Emit(Code.Xor_r64_rm64, Rax.Qword(), Rdx.Qword());
        asm.Emit(Code.Imul_r64_rm64, Rax.Qword(), factor.Qword());
        asm.Emit(Code.Shr_rm64_imm8, Rax.Qword(), OpKind.Immediate8, 32);
        asm.Jump(Condition.NotEqual, end);
        asm.Emit(Code.Mov_r32_imm32, Rax.Dword(), OpKind.Immediate32, 1);
    }
}
