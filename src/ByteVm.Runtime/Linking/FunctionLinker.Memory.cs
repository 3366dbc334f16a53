using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>Allocation, fields, array elements, globals: one memory instruction per leaf of the stored value.</summary>
internal sealed partial class FunctionLinker
{
    private void LinkNew(in Instruction create)
    {
        LinkedType type = Resolve(create.B);
        buffer.EmitWord(LinkedOpcode.NewObject, frame.Word(create.A), (int)type.DescriptorOffset);
    }

    private void LinkNewArray(in Instruction create)
    {
        LinkedType type = Resolve(create.C);
        buffer.EmitExtended(LinkedOpcode.NewElements, frame.Word(create.A), frame.Word(create.B), type.DescriptorOffset);
    }

    private void LinkLoadField(in Instruction load)
    {
        FieldReference reference = program.Module.FieldRefs[load.C];
        LinkedType owner = Resolve(reference.Type);
        if (owner.Kind == LinkedTypeKind.Value)
        {
            LoadValueField(load, owner, reference.Field);
            return;
        }

        StorageLayout storage = owner.FieldTypes[reference.Field].Storage;
        int offset = owner.Fields.FieldOffsets[reference.Field];
        if (storage.Leaves.Count == 0)
            buffer.Emit(LinkedOpcode.NullCheck, frame.Word(load.B));
        LoadLeaves(load.A, frame.Word(load.B), offset, storage);
    }

    private void LinkNewValue(in Instruction create)
    {
        IReadOnlyList<LinkedType> fields = frame.TypeOf(create.A).FieldTypes;
        int next = 0;
        for (int i = 0; i < create.List!.Length; i++)
        {
            for (int slot = 0; slot < fields[i].Slots.Count; slot++)
                MovePart(frame.Word(create.A, next++), frame.Word(create.List[i], slot), fields[i]);
        }
    }

    /// <summary>A field of a small type keeps the low bits, as in memory.</summary>
    private void MovePart(int destination, int word, LinkedType field)
    {
        switch (field.Kind)
        {
            case LinkedTypeKind.I8:
                buffer.Emit(LinkedOpcode.Sext8I32, destination, word);
                break;
            case LinkedTypeKind.I16:
                buffer.Emit(LinkedOpcode.Sext16I32, destination, word);
                break;
            case LinkedTypeKind.U8 or LinkedTypeKind.Bool or LinkedTypeKind.U16:
                buffer.EmitWord(LinkedOpcode.ConstI32, destination, field.Kind == LinkedTypeKind.U16 ? ushort.MaxValue : byte.MaxValue);
                buffer.Emit(LinkedOpcode.AndI32, destination, destination, word);
                break;
            default:
                MoveWord(destination, word);
                break;
        }
    }

    /// <summary>A new object in a word of the frame that holds the value of a register.</summary>
    private void EmitBox(int word, int value)
    {
        LinkedType type = frame.TypeOf(value);
        buffer.EmitWord(LinkedOpcode.NewObject, word, (int)type.DescriptorOffset);
        StoreLeaves(word, ObjectLayout.HeaderBytes, type.Storage, value);
    }

    private void LoadValueField(in Instruction load, LinkedType owner, int field)
    {
        int first = owner.FieldTypes.Take(field).Sum(type => type.Slots.Count);
        for (int slot = 0; slot < owner.FieldTypes[field].Slots.Count; slot++)
            MoveWord(frame.Word(load.A, slot), frame.Word(load.B, first + slot));
    }

    private void LinkStoreField(in Instruction store)
    {
        FieldReference reference = program.Module.FieldRefs[store.B];
        LinkedType owner = Resolve(reference.Type);
        StorageLayout storage = owner.FieldTypes[reference.Field].Storage;
        int offset = owner.Fields.FieldOffsets[reference.Field];
        if (storage.Leaves.Count == 0)
            buffer.Emit(LinkedOpcode.NullCheck, frame.Word(store.A));
        StoreLeaves(frame.Word(store.A), offset, storage, store.C);
    }

    private void LinkLoadElement(in Instruction load)
    {
        StorageLayout storage = frame.TypeOf(load.B).Element!.Storage;
        if (storage.IsSingle)
        {
            buffer.Emit(MemoryOpcodes.Of(storage.Leaves[0].Type).LoadElement, frame.Word(load.A), frame.Word(load.B), frame.Word(load.C));
            return;
        }

        EmitElementAddress(load.B, load.C, storage);
        LoadLeaves(load.A, frame.AddressWord, ObjectLayout.ArrayElementsOffset, storage);
    }

    private void LinkStoreElement(in Instruction store)
    {
        StorageLayout storage = frame.TypeOf(store.A).Element!.Storage;
        if (storage.IsSingle)
        {
            buffer.Emit(MemoryOpcodes.Of(storage.Leaves[0].Type).StoreElement, frame.Word(store.A), frame.Word(store.B), frame.Word(store.C));
            return;
        }

        EmitElementAddress(store.A, store.B, storage);
        StoreLeaves(frame.AddressWord, ObjectLayout.ArrayElementsOffset, storage, store.C);
    }

    private void EmitElementAddress(int array, int index, StorageLayout storage) =>
        buffer.EmitExtended(LinkedOpcode.ElementAddress, frame.AddressWord, frame.Word(array), frame.Word(index), (ulong)storage.Size);

    /// <summary>From memory at a cage offset that a word of the frame holds to the slots of a register.</summary>
    private void LoadLeaves(int register, int baseWord, int offset, StorageLayout storage)
    {
        for (int slot = 0; slot < storage.Leaves.Count; slot++)
        {
            StorageLeaf leaf = storage.Leaves[slot];
            buffer.Emit(MemoryOpcodes.Of(leaf.Type).Load, frame.Word(register, slot), baseWord, offset + leaf.Offset);
        }
    }

    private void StoreLeaves(int baseWord, int offset, StorageLayout storage, int register)
    {
        for (int slot = 0; slot < storage.Leaves.Count; slot++)
        {
            StorageLeaf leaf = storage.Leaves[slot];
            buffer.Emit(MemoryOpcodes.Of(leaf.Type).Store, baseWord, frame.Word(register, slot), offset + leaf.Offset);
        }
    }

    private void LinkLoadGlobal(in Instruction load)
    {
        StorageLayout storage = program.Type(program.Module.Globals[load.B].Type).Storage;
        for (int slot = 0; slot < storage.Leaves.Count; slot++)
        {
            StorageLeaf leaf = storage.Leaves[slot];
            buffer.EmitWord(MemoryOpcodes.Of(leaf.Type).LoadGlobal, frame.Word(load.A, slot), (int)program.GlobalOffsets[load.B] + leaf.Offset);
        }
    }

    private void LinkStoreGlobal(in Instruction store)
    {
        StorageLayout storage = program.Type(program.Module.Globals[store.A].Type).Storage;
        for (int slot = 0; slot < storage.Leaves.Count; slot++)
        {
            StorageLeaf leaf = storage.Leaves[slot];
            buffer.EmitWord(MemoryOpcodes.Of(leaf.Type).StoreGlobal, frame.Word(store.B, slot), (int)program.GlobalOffsets[store.A] + leaf.Offset);
        }
    }
}
