using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// Arrays, and strings as arrays of bytes. An index is compared as an unsigned number, so a negative one is out of bounds. The element's cage offset is computed in
/// 32 bits, which cannot leave the cage whatever the operands are: a shifted index is never part of a 64-bit address.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private void EmitArrayLength(in LinkedInstruction instruction) => LoadLength(in instruction);

    private void EmitElementS8(in LinkedInstruction instruction) => LoadSmallElement(in instruction, Code.Movsx_r32_rm8, 1);

    private void EmitElementU8(in LinkedInstruction instruction) => LoadSmallElement(in instruction, Code.Movzx_r32_rm8, 1);

    private void EmitElementS16(in LinkedInstruction instruction) => LoadSmallElement(in instruction, Code.Movsx_r32_rm16, 2);

    private void EmitElementU16(in LinkedInstruction instruction) => LoadSmallElement(in instruction, Code.Movzx_r32_rm16, 2);

    private void EmitElement32(in LinkedInstruction instruction) => LoadElement(in instruction, Width.Dword, 4);

    private void EmitElement64(in LinkedInstruction instruction) => LoadElement(in instruction, Width.Qword, 8);

    private void EmitStoreElement8(in LinkedInstruction instruction) => StoreElement(in instruction, StoreSize.Bits8, 1);

    private void EmitStoreElement16(in LinkedInstruction instruction) => StoreElement(in instruction, StoreSize.Bits16, 2);

    private void EmitStoreElement32(in LinkedInstruction instruction) => StoreElement(in instruction, StoreSize.Bits32, 4);

    private void EmitStoreElement64(in LinkedInstruction instruction) => StoreElement(in instruction, StoreSize.Bits64, 8);

    private void EmitStoreElementRef(in LinkedInstruction instruction)
    {
        Address element = ElementAddress(instruction.A, instruction.B, ObjectLayout.ReferenceBytes, ObjectLayout.ArrayElementsOffset);
        StoreReference(instruction.C, in element);
    }

    /// <summary>
    /// The offset is a product and a sum of 32 bits: wherever it leads, it is in the cage. It differs from an element's address by a
    /// displacement that the accesses add.
    /// </summary>
    private void EmitElementAddress(in LinkedInstruction instruction)
    {
        Gpr array = Use32(instruction.B), index = Use32(instruction.C);
        Address length = Address.Heap(array, ObjectLayout.LengthOffset);
        MarkAccess(in length);
        asm.Emit(Code.Cmp_r32_rm32, index.Dword(), in length);
        asm.Jump(Condition.AboveOrEqual, FaultLabel(FaultKind.IndexOutOfBounds));
        Gpr target = NewGeneral();
        asm.Emit(Code.Imul_r32_rm32_imm32, target.Dword(), index.Dword(), OpKind.Immediate32, (int)instruction.Extension);
        asm.Emit(Code.Add_r32_rm32, target.Dword(), array.Dword());
        Define32(instruction.A, target);
    }

    private void EmitLoadBytesU16(in LinkedInstruction instruction) =>
        LoadSmall(instruction.A, Code.Movzx_r32_rm16, BytesAddress(instruction.B, instruction.C, 2));

    private void EmitLoadBytesI32(in LinkedInstruction instruction) => Load(instruction.A, Width.Dword, BytesAddress(instruction.B, instruction.C, 4));

    private void EmitLoadBytesI64(in LinkedInstruction instruction) => Load(instruction.A, Width.Qword, BytesAddress(instruction.B, instruction.C, 8));

    private void EmitStoreBytesI16(in LinkedInstruction instruction) => Store(instruction.C, StoreSize.Bits16, BytesAddress(instruction.A, instruction.B, 2));

    private void EmitStoreBytesI32(in LinkedInstruction instruction) => Store(instruction.C, StoreSize.Bits32, BytesAddress(instruction.A, instruction.B, 4));

    private void EmitStoreBytesI64(in LinkedInstruction instruction) => Store(instruction.C, StoreSize.Bits64, BytesAddress(instruction.A, instruction.B, 8));

    private void EmitLoadStringI64(in LinkedInstruction instruction) =>
        Load(instruction.A, Width.Qword, BytesAddress(instruction.B, instruction.C, 8, ObjectLayout.StringBytesOffset));

    private void EmitStringLength(in LinkedInstruction instruction) => LoadLength(in instruction);

    private void EmitStringByte(in LinkedInstruction instruction) =>
        LoadSmall(instruction.A, Code.Movzx_r32_rm8, ElementAddress(instruction.B, instruction.C, 1, ObjectLayout.StringBytesOffset));

    private void LoadLength(in LinkedInstruction instruction) =>
        Load(instruction.A, Width.Dword, Address.Heap(Use32(instruction.B), ObjectLayout.LengthOffset));

    private void LoadSmallElement(in LinkedInstruction instruction, Code extend, int elementBytes) =>
        LoadSmall(instruction.A, extend, ElementAddress(instruction.B, instruction.C, elementBytes, ObjectLayout.ArrayElementsOffset));

    private void LoadElement(in LinkedInstruction instruction, Width width, int elementBytes) =>
        Load(instruction.A, width, ElementAddress(instruction.B, instruction.C, elementBytes, ObjectLayout.ArrayElementsOffset));

    private void StoreElement(in LinkedInstruction instruction, StoreSize size, int elementBytes) =>
        Store(instruction.C, size, ElementAddress(instruction.A, instruction.B, elementBytes, ObjectLayout.ArrayElementsOffset));

    /// <summary>The address of an element after its bounds check.</summary>
    private Address ElementAddress(int arraySlot, int indexSlot, int elementBytes, int firstElement)
    {
        Gpr array = Use32(arraySlot);
        Address length = Address.Heap(array, ObjectLayout.LengthOffset);
        if (TryConstant32(indexSlot, out int constant) && (uint)constant <= (CageLayout.MaxDisplacement - firstElement) / (uint)elementBytes)
        {
            MarkAccess(in length);
            asm.Arithmetic(Arithmetic.Compare, Width.Dword, in length, constant);
            asm.Jump(Condition.BelowOrEqual, FaultLabel(FaultKind.IndexOutOfBounds));
            return Address.Heap(array, firstElement + constant * elementBytes);
        }

        Gpr index = Use32(indexSlot);
        MarkAccess(in length);
        asm.Emit(Code.Cmp_r32_rm32, index.Dword(), in length);
        asm.Jump(Condition.AboveOrEqual, FaultLabel(FaultKind.IndexOutOfBounds));
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(array, index, elementBytes, 0));
        return Address.Heap(Rax, firstElement);
    }

    /// <summary>The address of bytes in a u8[] or string after its bounds check, whose sum is taken in 64 bits and cannot wrap.</summary>
    private Address BytesAddress(int arraySlot, int indexSlot, int bytes, int firstElement = ObjectLayout.ArrayElementsOffset)
    {
        Gpr array = Use32(arraySlot), index = Use32(indexSlot);
        Address length = Address.Heap(array, ObjectLayout.LengthOffset);
        MarkAccess(in length);
        asm.Emit(Code.Mov_r32_rm32, Rcx.Dword(), in length);
        asm.Emit(Code.Lea_r64_m, Rax.Qword(), Address.Sum(index, bytes));
        asm.Arithmetic(Arithmetic.Compare, Width.Qword, Rax, Rcx);
        asm.Jump(Condition.Above, FaultLabel(FaultKind.IndexOutOfBounds));
        asm.Emit(Code.Lea_r32_m, Rax.Dword(), Address.Sum(array, index, 1, 0));
        return Address.Heap(Rax, firstElement);
    }
}
