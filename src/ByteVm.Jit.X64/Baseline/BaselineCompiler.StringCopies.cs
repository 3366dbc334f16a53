using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// The inline paths of what copies text: while it is shorter than a unit of fuel pays for, and a new string fits into the allocation buffer. Everything
/// else, and everything that ends in a fault, is left to the monitor. The number of bytes is compared with that constant before it bounds
/// a loop, and addresses are sums of 32 bits, so whatever headers say the copy ends soon and stays in the cage.
/// </summary>
internal sealed partial class BaselineCompiler
{
    /// <summary>So many texts are joined inline.</summary>
    private const int MaxInlineTexts = 4;

    private const int ContinuationMask = 0xC0, Continuation = 0x80;
    private const long NotAscii = unchecked((long)0x8080_8080_8080_8080);

    private void EmitStringSlice(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Gpr text = UseArgument(0), from = UseArgument(1), to = UseArgument(2);
        Gpr target = BindResult(instruction.A), word = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        LoadLength(text, slow);
        CheckRange(from, to, slow);
        CheckBoundary(text, from, slow);
        CheckBoundary(text, to, slow);
        TakeString(target, slow);
        asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Sum(text, from, 1, 0));
        CopyBytes(ObjectLayout.StringBytesOffset, ObjectLayout.StringBytesOffset, Rdx, word);
        StoreResult(instruction.A, target, done);
    }

    /// <summary>Bytes that are no ASCII are left to the monitor, which knows whether they are UTF-8.</summary>
    private void EmitStringFromBytes(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Gpr array = UseArgument(0), from = UseArgument(1), to = UseArgument(2);
        Gpr target = BindResult(instruction.A), word = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        LoadLength(array, slow);
        CheckRange(from, to, slow);
        CheckAscii(array, from, word, slow);
        TakeString(target, slow);
        asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Sum(array, from, 1, 0));
        CopyBytes(ObjectLayout.ArrayElementsOffset, ObjectLayout.StringBytesOffset, Rdx, word);
        StoreResult(instruction.A, target, done);
    }

    private void EmitStringConcat(in LinkedInstruction instruction) => Join(instruction.A, [Use32(instruction.B), Use32(instruction.C)]);

    private void EmitStringConcatList(in LinkedInstruction instruction)
    {
        if (instruction.B > MaxInlineTexts)
        {
            EmitService(instruction.A);
            return;
        }

        var texts = new Gpr[instruction.B];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = UseArgument(i);
        Join(instruction.A, texts);
    }

    /// <summary>
    /// Lengths are read twice, as there are not registers for all. The second time only what a short text's can be counts: a forged heap top may have let the
    /// copy change a header.
    /// </summary>
    private void Join(int destination, Gpr[] texts)
    {
        int done = asm.NewLabel();
        Gpr target = BindResult(destination), word = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, Rdx, Rdx);
        foreach (Gpr text in texts)
        {
            LoadLength(text, slow);
            asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rcx, ServiceCall.BytesPerFuelUnit);
            asm.Jump(Condition.AboveOrEqual, slow);
            asm.Arithmetic(Arithmetic.Add, Width.Dword, Rdx, Rcx);
        }

        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rdx, ServiceCall.BytesPerFuelUnit);
        asm.Jump(Condition.AboveOrEqual, slow);
        TakeString(target, slow);
        foreach (Gpr text in texts)
        {
            LoadHeader(Rdx, text, ObjectLayout.LengthOffset);
            asm.Arithmetic(Arithmetic.And, Width.Dword, Rdx, ServiceCall.BytesPerFuelUnit - 1);
            asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), text.Dword());
            CopyBytes(ObjectLayout.StringBytesOffset, ObjectLayout.StringBytesOffset, Rdx, word);
        }

        StoreResult(destination, target, done);
    }

    private void EmitStringCopyBytes(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Gpr text = UseArgument(0), from = UseArgument(1), array = UseArgument(2), at = UseArgument(3), count = UseArgument(4);
        Gpr word = NewGeneral();
        int slow = ExitLabel(TrapKind.Service, done);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, count, ServiceCall.BytesPerFuelUnit);
        asm.Jump(Condition.AboveOrEqual, slow);
        CheckPart(text, from, count, slow);
        CheckPart(array, at, count, slow);
        asm.Emit(Code.Mov_r32_rm32, Rdx.Dword(), count.Dword());
        asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Sum(text, from, 1, 0));
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(array, at, 1, 0));
        CopyBytes(ObjectLayout.StringBytesOffset, ObjectLayout.ArrayElementsOffset, Rdx, word);
        asm.Bind(done);
    }

    /// <summary>A register with argument word <paramref name="index"/>, of which nothing is remembered, as the words are no slots of this function.</summary>
    private Gpr UseArgument(int index)
    {
        int slot = function.OutgoingWord(index);
        Gpr register = Use32(slot);
        Forget(slot);
        return register;
    }

    // ---- checks

    /// <summary>edx = to - from, if both lie in order within the ecx bytes there are, and are near each other.</summary>
    private void CheckRange(Gpr from, Gpr to, int slow)
    {
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, to, Rcx);
        asm.Jump(Condition.Above, slow);
        asm.Emit(Code.Mov_r32_rm32, Rdx.Dword(), to.Dword());
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rdx, from);
        asm.Jump(Condition.Below, slow);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rdx, ServiceCall.BytesPerFuelUnit);
        asm.Jump(Condition.AboveOrEqual, slow);
    }

    /// <summary>Goes on if no scalar of the text, whose length is in ecx, is cut at an index.</summary>
    private void CheckBoundary(Gpr text, Gpr index, int slow)
    {
        int whole = asm.NewLabel();
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, index, Rcx);
        asm.Jump(Condition.Equal, whole);
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(text, index, 1, 0));
        asm.Emit(Code.Movzx_r32_rm8, Rax.Dword(), Address.Heap(Rax, ObjectLayout.StringBytesOffset));
        asm.Arithmetic(Arithmetic.And, Width.Dword, Rax, ContinuationMask);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rax, Continuation);
        asm.Jump(Condition.Equal, slow);
        asm.Bind(whole);
    }

    /// <summary>Goes on if <paramref name="count"/> bytes from an index on lie within a text or array. Their sum is taken in 64 bits.</summary>
    private void CheckPart(Gpr bytes, Gpr index, Gpr count, int slow)
    {
        LoadLength(bytes, slow);
        asm.Emit(Code.Lea_r64_m, Rax.Qword(), Address.Sum(index, count, 1, 0));
        asm.Arithmetic(Arithmetic.Compare, Width.Qword, Rax, Rcx);
        asm.Jump(Condition.Above, slow);
    }

    /// <summary>ecx = length of what is not null.</summary>
    private void LoadLength(Gpr bytes, int slow)
    {
        asm.Emit(Code.Test_rm32_r32, bytes.Dword(), bytes.Dword());
        asm.Jump(Condition.Equal, slow);
        LoadHeader(Rcx, bytes, ObjectLayout.LengthOffset);
    }

    /// <summary>Goes on if the edx bytes of an array from an index on are ASCII: the disjunction of all has no upper bit.</summary>
    private void CheckAscii(Gpr array, Gpr from, Gpr seen, int slow)
    {
        int words = asm.NewLabel(), bytes = asm.NewLabel(), rest = asm.NewLabel(), end = asm.NewLabel();
        asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), Rdx.Dword());
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(array, from, 1, 0));
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, seen, seen);
        asm.Bind(words);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rcx, sizeof(long));
        asm.Jump(Condition.Below, rest);
        asm.Emit(Code.Or_r64_rm64, seen.Qword(), Address.Heap(Rax, ObjectLayout.ArrayElementsOffset));
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rax, sizeof(long));
        asm.Jump(words);
        asm.Bind(rest);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, sizeof(long));
        asm.Bind(bytes);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, Rcx, 1);
        asm.Jump(Condition.Below, end);
        asm.Emit(Code.Or_r8_rm8, seen.Byte(), Address.Heap(Rax, ObjectLayout.ArrayElementsOffset));
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rax, 1);
        asm.Jump(bytes);
        asm.Bind(end);
        asm.Emit(Code.Mov_r64_imm64, Rax.Qword(), OpKind.Immediate64, NotAscii);
        asm.Emit(Code.Test_rm64_r64, seen.Qword(), Rax.Qword());
        asm.Jump(Condition.NotEqual, slow);
    }

    // ---- making and copying

    /// <summary>
    /// Takes a string of edx bytes from the allocation buffer, which is zero: eax and <paramref name="target"/> are its cage offset. The exit to the monitor
    /// reloads the target, so it may hold that before the text is whole.
    /// </summary>
    private void TakeString(Gpr target, int slow)
    {
        asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Sum(Rdx, ObjectLayout.StringBytesOffset + ObjectLayout.Alignment - 1));
        asm.Arithmetic(Arithmetic.And, Width.Dword, Rcx, -ObjectLayout.Alignment);
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Context(ContextOffsets.HeapTop));
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, Rax);
        TakeHeap((int)context.StringDescriptor, slow);
        asm.Emit(Code.Mov_rm32_r32, Address.Heap(Rax, ObjectLayout.LengthOffset), Rdx.Dword());
        asm.Emit(Code.Mov_r32_rm32, target.Dword(), Rax.Dword());
    }

    /// <summary>
    /// Copies bytes from ecx to eax, cage offsets to which a displacement is added: by words, then half a word, then bytes. Nothing beyond them is read or
    /// written; afterwards eax and ecx are the offsets behind them, and the count is used up.
    /// </summary>
    private void CopyBytes(int sourceOffset, int targetOffset, Gpr count, Gpr word)
    {
        Address source = Address.Heap(Rcx, sourceOffset), target = Address.Heap(Rax, targetOffset);
        int words = asm.NewLabel(), rest = asm.NewLabel(), bytes = asm.NewLabel(), end = asm.NewLabel();
        asm.Bind(words);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, count, sizeof(long));
        asm.Jump(Condition.Below, rest);
        MarkFaultSite();
        asm.Emit(Code.Mov_r64_rm64, word.Qword(), in source);
        asm.Emit(Code.Mov_rm64_r64, in target, word.Qword());
        Advance(sizeof(long));
        asm.Jump(words);
        asm.Bind(rest);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, count, sizeof(int));
        int few = asm.NewLabel();
        asm.Jump(Condition.Negative, few);
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, word.Dword(), in source);
        asm.Emit(Code.Mov_rm32_r32, in target, word.Dword());
        Advance(sizeof(int));
        asm.Jump(bytes);
        asm.Bind(few);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, count, sizeof(int));
        asm.Bind(bytes);
        asm.Arithmetic(Arithmetic.Subtract, Width.Dword, count, 1);
        asm.Jump(Condition.Below, end);
        MarkFaultSite();
        asm.Emit(Code.Movzx_r32_rm8, word.Dword(), in source);
        asm.Emit(Code.Mov_rm8_r8, in target, word.Byte());
        Advance(1);
        asm.Jump(bytes);
        asm.Bind(end);
    }

    private void Advance(int bytes)
    {
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, bytes);
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rax, bytes);
    }

    /// <summary>The result is in its register; here the guest goes on, with it in the slot, too.</summary>
    private void StoreResult(int slot, Gpr target, int done)
    {
        asm.Emit(Code.Mov_rm64_r64, Address.Slot(slot), target.Qword());
        asm.Bind(done);
    }
}
