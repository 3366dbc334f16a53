using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// Fields, globals, allocation and type tests. An access through null falls into the unmapped pages at the cage's start: such an
/// instruction is listed as a fault site and needs no test.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private void EmitLoadS8(in LinkedInstruction instruction) => LoadField(in instruction, Code.Movsx_r32_rm8);

    private void EmitLoadU8(in LinkedInstruction instruction) => LoadField(in instruction, Code.Movzx_r32_rm8);

    private void EmitLoadS16(in LinkedInstruction instruction) => LoadField(in instruction, Code.Movsx_r32_rm16);

    private void EmitLoadU16(in LinkedInstruction instruction) => LoadField(in instruction, Code.Movzx_r32_rm16);

    private void EmitLoad32(in LinkedInstruction instruction) => LoadField(in instruction, Width.Dword);

    private void EmitLoad64(in LinkedInstruction instruction) => LoadField(in instruction, Width.Qword);

    private void EmitStore8(in LinkedInstruction instruction) => StoreField(in instruction, StoreSize.Bits8);

    private void EmitStore16(in LinkedInstruction instruction) => StoreField(in instruction, StoreSize.Bits16);

    private void EmitStore32(in LinkedInstruction instruction) => StoreField(in instruction, StoreSize.Bits32);

    private void EmitStore64(in LinkedInstruction instruction) => StoreField(in instruction, StoreSize.Bits64);

    private void EmitStoreRef(in LinkedInstruction instruction)
    {
        Address field = Address.Heap(Use32(instruction.A), instruction.C);
        StoreReference(instruction.B, in field);
    }

    private void EmitGlobalS8(in LinkedInstruction instruction) => LoadSmall(instruction.A, Code.Movsx_r32_rm8, Address.Global(instruction.Word));

    private void EmitGlobalU8(in LinkedInstruction instruction) => LoadSmall(instruction.A, Code.Movzx_r32_rm8, Address.Global(instruction.Word));

    private void EmitGlobalS16(in LinkedInstruction instruction) => LoadSmall(instruction.A, Code.Movsx_r32_rm16, Address.Global(instruction.Word));

    private void EmitGlobalU16(in LinkedInstruction instruction) => LoadSmall(instruction.A, Code.Movzx_r32_rm16, Address.Global(instruction.Word));

    private void EmitGlobal32(in LinkedInstruction instruction) => Load(instruction.A, Width.Dword, Address.Global(instruction.Word));

    private void EmitGlobal64(in LinkedInstruction instruction) => Load(instruction.A, Width.Qword, Address.Global(instruction.Word));

    private void EmitStoreGlobal8(in LinkedInstruction instruction) => StoreGlobal(in instruction, StoreSize.Bits8);

    private void EmitStoreGlobal16(in LinkedInstruction instruction) => StoreGlobal(in instruction, StoreSize.Bits16);

    private void EmitStoreGlobal32(in LinkedInstruction instruction) => StoreGlobal(in instruction, StoreSize.Bits32);

    private void EmitStoreGlobal64(in LinkedInstruction instruction) => StoreGlobal(in instruction, StoreSize.Bits64);

    /// <summary>Globals are roots, which every collection visits: no barrier.</summary>
    private void EmitStoreGlobalRef(in LinkedInstruction instruction) => StoreGlobal(in instruction, StoreSize.Bits32);

    private void EmitNullCheck(in LinkedInstruction instruction)
    {
        Gpr reference = Use32(instruction.A);
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Heap(reference, ObjectLayout.TypeOffset));
    }

    /// <summary>The allocation buffer is zeroed, so the type is all there is to write.</summary>
    private void EmitNewObject(in LinkedInstruction instruction)
    {
        int done = asm.NewLabel();
        Gpr target = BindResult(instruction.A);
        int slow = ExitLabel(TrapKind.Service, done);
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Context(ContextOffsets.HeapTop));
        asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Sum(Rax, (int)context.Descriptor((uint)instruction.Word).Size));
        TakeHeap(instruction.Word, slow);
        FinishResult(instruction.A, target, done);
    }

    /// <summary>Inline while the array is small.</summary>
    private void EmitNewElements(in LinkedInstruction instruction)
    {
        int descriptor = (int)instruction.Extension;
        int elementBytes = (int)context.Descriptor((uint)descriptor).Size;
        int done = asm.NewLabel();
        Gpr length = Use32(instruction.B);
        asm.Emit(Code.Test_rm32_r32, length.Dword(), length.Dword());
        asm.Jump(Condition.Negative, FaultLabel(FaultKind.NegativeArrayLength));
        Gpr target = BindResult(instruction.A);
        int slow = ExitLabel(TrapKind.Service, done);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, length, MaxInlineArrayBytes / elementBytes);
        asm.Jump(Condition.Above, slow);
        EmitArrayBytes(length, elementBytes);
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Context(ContextOffsets.HeapTop));
        asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, Rax);
        TakeHeap(descriptor, slow);
        asm.Emit(Code.Mov_rm32_r32, Address.Heap(Rax, ObjectLayout.LengthOffset), length.Dword());
        FinishResult(instruction.A, target, done);
    }

    private void EmitIsClass(in LinkedInstruction instruction)
    {
        Gpr result = NewGeneral();
        int done = BeginTypeTest(instruction.B, result);
        CompareDisplay(instruction.Extension);
        FinishTypeTest(instruction.A, result, done);
    }

    private void EmitIsExact(in LinkedInstruction instruction)
    {
        Gpr result = NewGeneral();
        int done = BeginTypeTest(instruction.B, result);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rax, (int)instruction.Extension);
        FinishTypeTest(instruction.A, result, done);
    }

    private void EmitCastClass(in LinkedInstruction instruction)
    {
        int done = LoadTypeUnlessNull(instruction.A);
        CompareDisplay(instruction.Extension);
        asm.Jump(Condition.NotEqual, FaultLabel(FaultKind.InvalidCast));
        asm.Bind(done);
    }

    private void EmitCastExact(in LinkedInstruction instruction)
    {
        int done = LoadTypeUnlessNull(instruction.A);
        asm.Arithmetic(Arithmetic.Compare, Width.Dword, Rax, (int)instruction.Extension);
        asm.Jump(Condition.NotEqual, FaultLabel(FaultKind.InvalidCast));
        asm.Bind(done);
    }

    // ---- access by width

    /// <summary>The stores of one size: from a register, or of a constant.</summary>
    private sealed record StoreSize(Code Register, Code Constant, OpKind ConstantKind)
    {
        public static readonly StoreSize Bits8 = new(Code.Mov_rm8_r8, Code.Mov_rm8_imm8, OpKind.Immediate8);
        public static readonly StoreSize Bits16 = new(Code.Mov_rm16_r16, Code.Mov_rm16_imm16, OpKind.Immediate16);
        public static readonly StoreSize Bits32 = new(Code.Mov_rm32_r32, Code.Mov_rm32_imm32, OpKind.Immediate32);
        public static readonly StoreSize Bits64 = new(Code.Mov_rm64_r64, Code.Mov_rm64_imm32, OpKind.Immediate32to64);

        public Register Name(Gpr register) =>
            this == Bits8 ? register.Byte() : this == Bits16 ? register.Word() : this == Bits32 ? register.Dword() : register.Qword();
    }

    private void LoadField(in LinkedInstruction instruction, Code extend) =>
        LoadSmall(instruction.A, extend, Address.Heap(Use32(instruction.B), instruction.C));

    private void LoadField(in LinkedInstruction instruction, Width width) =>
        Load(instruction.A, width, Address.Heap(Use32(instruction.B), instruction.C));

    private void StoreField(in LinkedInstruction instruction, StoreSize size) =>
        Store(instruction.B, size, Address.Heap(Use32(instruction.A), instruction.C));

    private void StoreGlobal(in LinkedInstruction instruction, StoreSize size) =>
        Store(instruction.A, size, Address.Global(instruction.Word));

    /// <summary>A value of 8 or 16 bits, extended to 32.</summary>
    private void LoadSmall(int slot, Code extend, in Address source)
    {
        Gpr target = NewGeneral();
        MarkAccess(in source);
        asm.Emit(extend, target.Dword(), in source);
        Define32(slot, target);
    }

    private void Load(int slot, Width width, in Address source)
    {
        if (IsFloat(slot))
        {
            Xmm number = NewVector();
            MarkAccess(in source);
            asm.Emit(width == Width.Dword ? Code.Movss_xmm_xmmm32 : Code.Movsd_xmm_xmmm64, number.Name(), in source);
            DefineFloat(slot, number);
            return;
        }

        Gpr target = NewGeneral();
        MarkAccess(in source);
        if (width == Width.Dword)
            asm.Emit(Code.Mov_r32_rm32, target.Dword(), in source);
        else
            asm.Emit(Code.Mov_r64_rm64, target.Qword(), in source);
        Define(slot, target, width);
    }

    private void Store(int slot, StoreSize size, in Address target)
    {
        if (size == StoreSize.Bits64 ? TryImmediate64(slot, out int value) : TryConstant32(slot, out value))
        {
            MarkAccess(in target);
            asm.Emit(size.Constant, in target, size.ConstantKind, value);
        }
        else if (IsFloat(slot))
        {
            Xmm number = UseFloat(slot);
            MarkAccess(in target);
            asm.Emit(size == StoreSize.Bits32 ? Code.Movss_xmmm32_xmm : Code.Movsd_xmmm64_xmm, in target, number.Name());
        }
        else
        {
            Gpr number = size == StoreSize.Bits64 ? Use64(slot) : Use32(slot);
            MarkAccess(in target);
            asm.Emit(size.Register, in target, size.Name(number));
        }
    }

    /// <summary>
    /// Lists the next instruction as a fault site if it goes through a reference: then a null reference faults there. An address in rax has been
    /// computed from a reference that was accessed before.
    /// </summary>
    private void MarkAccess(in Address address)
    {
        if (address.Index != Register.None && address.Index != Rax.Qword())
            MarkFaultSite();
    }

    private void MarkFaultSite() => faultSites.Add(new CodePoint(asm.Position, word));

    /// <summary>
    /// Stores a reference into a heap object and dirties the card of the field if it is to a young object. What is known while
    /// compiling is null or a literal of the permanent area, which no collection looks for.
    /// </summary>
    private void StoreReference(int slot, in Address field)
    {
        Store(slot, StoreSize.Bits32, in field);
        if (!TryConstant32(slot, out _))
            MarkCardOfYoung(slot, in field);
    }

    /// <summary>
    /// Programs store references to old objects into old ones more often than the branch is mispredicted, and each mark is likely a cache
    /// miss here and another, with all that lies on the card, for the collector.
    /// </summary>
    private void MarkCardOfYoung(int slot, in Address field)
    {
        int done = asm.NewLabel();
        asm.Emit(Code.Cmp_r32_rm32, Use32(slot).Dword(), Address.Context(ContextOffsets.OldStart));
        asm.Jump(Condition.AboveOrEqual, done);
        MarkCard(in field);
        asm.Bind(done);
    }

    private void MarkCard(in Address field)
    {
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.OffsetOf(in field));
        asm.Emit(Code.Shr_rm32_imm8, Rax.Dword(), OpKind.Immediate8, CageLayout.CardShift);
        asm.Emit(Code.Mov_rm8_imm8, Address.Card(Rax), OpKind.Immediate8, CageLayout.DirtyCard);
    }

    // ---- allocation

    /// <summary>Arrays of at most this many bytes of elements are allocated inline. Far below the cage's end slack, so that no sum wraps.</summary>
    private const int MaxInlineArrayBytes = ObjectLayout.MaxInstanceBytes;

    /// <summary>
    /// The register that will hold a reference or i32 that the monitor may have to make. It counts as cached from here on, so that the exit to the monitor, which
    /// stores the slot, reloads it.
    /// </summary>
    private Gpr BindResult(int slot)
    {
        Forget(slot);
        Gpr target = NewGeneral();
        general.Bind(slot, (int)target);
        isNarrow[(int)target] = true;
        return target;
    }

    /// <summary>Takes [eax, ecx) from the allocation buffer and writes the object's type.</summary>
    private void TakeHeap(int descriptor, int slow)
    {
        asm.Emit(Code.Cmp_r32_rm32, Rcx.Dword(), Address.Context(ContextOffsets.HeapLimit));
        asm.Jump(Condition.Above, slow);
        asm.Emit(Code.Mov_rm32_r32, Address.Context(ContextOffsets.HeapTop), Rcx.Dword());
        asm.Emit(Code.Mov_rm32_imm32, Address.Heap(Rax, ObjectLayout.TypeOffset), OpKind.Immediate32, descriptor);
    }

    /// <summary>The result is in eax; here the guest goes on, with it in the slot and in the register from <see cref="BindResult"/>.</summary>
    private void FinishResult(int slot, Gpr target, int done)
    {
        asm.Emit(Code.Mov_r32_rm32, target.Dword(), Rax.Dword());
        asm.Emit(Code.Mov_rm64_r64, Address.Slot(slot), target.Qword());
        asm.Bind(done);
    }

    /// <summary>ecx = bytes of an array with header and padding. The length has been limited.</summary>
    private void EmitArrayBytes(Gpr length, int elementBytes)
    {
        const int header = ObjectLayout.ArrayElementsOffset + ObjectLayout.Alignment - 1;
        switch (elementBytes)
        {
            case 1:
                asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Sum(length, header));
                break;
            case 2 or 4 or 8:
                asm.Emit(Code.Lea_r32_m, Rcx.Dword(), Address.Scaled(length, elementBytes, header));
                break;
            default:
                asm.Emit(Code.Imul_r32_rm32_imm32, Rcx.Dword(), length.Dword(), OpKind.Immediate32, elementBytes);
                asm.Arithmetic(Arithmetic.Add, Width.Dword, Rcx, header);
                break;
        }

        asm.Arithmetic(Arithmetic.And, Width.Dword, Rcx, -ObjectLayout.Alignment);
    }

    // ---- type tests

    /// <summary>eax = type of the object in a slot; jumps to the label it gives when that is null.</summary>
    private int LoadTypeUnlessNull(int slot)
    {
        int isNull = asm.NewLabel();
        Gpr reference = Use32(slot);
        asm.Emit(Code.Test_rm32_r32, reference.Dword(), reference.Dword());
        asm.Jump(Condition.Equal, isNull);
        MarkFaultSite();
        asm.Emit(Code.Mov_r32_rm32, Rax.Dword(), Address.Heap(reference, ObjectLayout.TypeOffset));
        return isNull;
    }

    private int BeginTypeTest(int slot, Gpr result)
    {
        asm.Arithmetic(Arithmetic.Xor, Width.Dword, result, result);
        return LoadTypeUnlessNull(slot);
    }

    private void FinishTypeTest(int slot, Gpr result, int done)
    {
        asm.Set(Condition.Equal, result);
        asm.Bind(done);
        Define32(slot, result);
    }

    /// <param name="ancestor">Descriptor offset, and above it the depth of that class.</param>
    private void CompareDisplay(ulong ancestor)
    {
        int depth = (int)(ancestor >> 32);
        Address entry = Address.Metadata(Rax, TypeDescriptor.DisplayOffset + sizeof(uint) * depth);
        asm.Emit(Code.Cmp_rm32_imm32, entry, OpKind.Immediate32, (int)ancestor);
    }
}
