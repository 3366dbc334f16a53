using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// The inline paths of hashing and comparing strings. They decide what costs no fuel of its own, and leave the rest to the monitor; the
/// interpreter's handlers decide the same.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private void EmitStringEqual(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel(), same = asm.NewLabel(), different = asm.NewLabel(), isLong = asm.NewLabel();
        Gpr a = Use32(instruction.B), b = Use32(instruction.C);
        Gpr target = BindResult(instruction.A);
        int slow = ExitLabel(TrapKind.Service, done);
        CompareReferences(a, b, same, different);
        LoadHeader(Rcx, a, ObjectLayout.LengthOffset);
        LoadHeader(Rax, b, ObjectLayout.LengthOffset);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rcx, Rax);
        asm.Jump(Condition.NotEqual, different);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rcx, ServiceCall.BytesPerFuelUnit);
        asm.Jump(Condition.AboveOrEqual, isLong);
        CompareShort(a, b, different);
        asm.Bind(same);
        asm.Emit(Code.Mov_r32_imm32, Rax.Dword(), OpKind.Immediate32, 1);
        int decided = asm.NewLabel();
        asm.Jump(decided);
        asm.Bind(isLong);
        CompareHashes(a, b, slow);
        asm.Bind(different);
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, Rax, Rax);
        asm.Bind(decided);
        FinishResult(instruction.A, target, done);
    }

    /// <summary>Inline while the shorter text is shorter than a unit of fuel pays for.</summary>
    private void EmitStringCompare(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel(), decided = asm.NewLabel(), isFirst = asm.NewLabel();
        Gpr a = Use32(instruction.B), b = Use32(instruction.C);
        Gpr target = BindResult(instruction.A), left = NewGeneral(), right = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        LoadLength(b, slow);
        asm.Emit(Code.Mov_r32_rm32, Rdx.Dword(), Rcx.Dword());
        LoadLength(a, slow);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rcx, Rdx);
        asm.Jump(Condition.BelowOrEqual, isFirst);
        asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), Rdx.Dword());
        asm.Bind(isFirst);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rcx, ServiceCall.BytesPerFuelUnit);
        asm.Jump(Condition.AboveOrEqual, slow);
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), a.Dword());
        asm.Emit(Code.Mov_r32_rm32, Rdx.Dword(), b.Dword());
        CompareInOrder(left, right, decided);
        LoadHeader(left, a, ObjectLayout.LengthOffset);
        LoadHeader(right, b, ObjectLayout.LengthOffset);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, left, right);
        asm.Bind(decided);
        asm.Set(Condition.Above, Rax);
        asm.Set(Condition.Below, Rcx);
        asm.Emit(Code.Movzx_r32_rm8, Rax.Dword(), Rax.Byte());
        asm.Emit(Code.Movzx_r32_rm8, Rcx.Dword(), Rcx.Byte());
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rax, Rcx);
        FinishResult(instruction.A, target, done);
    }

    /// <summary>Goes on if the ecx bytes from eax and from edx on are the same; else the flags are those of the first two bytes that differ.</summary>
    private void CompareInOrder(Gpr left, Gpr right, int decided)
    {
        Address first = Address.Heap(Rax, ObjectLayout.StringBytesOffset), second = Address.Heap(Rdx, ObjectLayout.StringBytesOffset);
        int words = asm.NewLabel(), rest = asm.NewLabel(), different = asm.NewLabel(), bytes = asm.NewLabel(), end = asm.NewLabel();
        asm.Bind(words);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rcx, sizeof(long));
        asm.Jump(Condition.Below, rest);
        asm.Emit(Code.Mov_r64_rm64, left.Qword(), in first);
        MarkFaultSite();
        asm.Emit(Code.Cmp_r64_rm64, left.Qword(), in second);
        asm.Jump(Condition.NotEqual, different);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rax, sizeof(long));
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rdx, sizeof(long));
        asm.Jump(words);
        asm.Bind(different);
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, Rcx, Rcx);
        asm.Bind(rest);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, sizeof(long));
        asm.Bind(bytes);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rcx, 1);
        asm.Jump(Condition.Below, end);
        asm.Emit(Code.Movzx_r32_rm8, left.Dword(), in first);
        MarkFaultSite();
        asm.Emit(Code.Movzx_r32_rm8, right.Dword(), in second);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, left, right);
        asm.Jump(Condition.NotEqual, decided);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rax, 1);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rdx, 1);
        asm.Jump(bytes);
        asm.Bind(end);
    }

    private void CompareReferences(Gpr a, Gpr b, int same, int different)
    {
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, a, b);
        asm.Jump(Condition.Equal, same);
        asm.Emit(Code.Test_rm32_r32, a.Dword(), a.Dword());
        asm.Jump(Condition.Equal, different);
        asm.Emit(Code.Test_rm32_r32, b.Dword(), b.Dword());
        asm.Jump(Condition.Equal, different);
    }

    /// <summary>Goes on if both strings have hashes and these differ.</summary>
    private void CompareHashes(Gpr a, Gpr b, int undecided)
    {
        LoadHeader(Rcx, a, ObjectLayout.StringHashOffset);
        LoadHeader(Rax, b, ObjectLayout.StringHashOffset);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rcx, Rax);
        asm.Jump(Condition.Equal, undecided);
        asm.Emit(Code.Test_rm32_r32, Rcx.Dword(), Rcx.Dword());
        asm.Jump(Condition.Equal, undecided);
        asm.Emit(Code.Test_rm32_r32, Rax.Dword(), Rax.Dword());
        asm.Jump(Condition.Equal, undecided);
    }

    /// <summary>
    /// Goes on if the ecx bytes of both are the same: from the end, by words and then by bytes. The length is below a unit of fuel's
    /// whatever the header says, so the loops end soon.
    /// </summary>
    private void CompareShort(Gpr a, Gpr b, int different)
    {
        int words = asm.NewLabel(), rest = asm.NewLabel(), bytes = asm.NewLabel(), end = asm.NewLabel();
        asm.Bind(words);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rcx, sizeof(long));
        asm.Jump(Condition.Below, rest);
        asm.Emit(Code.Mov_r64_rm64, Rdx.Qword(), TextAt(a));
        asm.Emit(Code.Cmp_r64_rm64, Rdx.Qword(), TextAt(b));
        asm.Jump(Condition.Equal, words);
        asm.Jump(different);
        asm.Bind(rest);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, sizeof(long));
        asm.Bind(bytes);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rcx, 1);
        asm.Jump(Condition.Below, end);
        asm.Emit(Code.Movzx_r32_rm8, Rdx.Dword(), TextAt(a));
        asm.Emit(Code.Movzx_r32_rm8, Rax.Dword(), TextAt(b));
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rdx, Rax);
        asm.Jump(Condition.Equal, bytes);
        asm.Jump(different);
        asm.Bind(end);
    }

    /// <summary>The address of a string's byte number ecx, by way of eax.</summary>
    private Address TextAt(Gpr text)
    {
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(text, Rcx, 1, 0));
        return Address.Heap(Rax, ObjectLayout.StringBytesOffset);
    }

    private void LoadHeader(Gpr target, Gpr text, int offset)
    {
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, target.Dword(), Address.Heap(text, offset));
    }
}
