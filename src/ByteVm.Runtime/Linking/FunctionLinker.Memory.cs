using ByteVm.Bytecode;

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
        for (int slot = 0; slot < storage.Leaves.Count; slot++)
        {
            StorageLeaf leaf = storage.Leaves[slot];
            buffer.Emit(MemoryOpcodes.Of(leaf.Type).Load, frame.Word(load.A, slot), frame.Word(load.B), offset + leaf.Offset);
        }
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
        for (int slot = 0; slot < storage.Leaves.Count; slot++)
        {
            StorageLeaf leaf = storage.Leaves[slot];
            buffer.Emit(MemoryOpcodes.Of(leaf.Type).Store, frame.Word(store.A), frame.Word(store.C, slot), offset + leaf.Offset);
        }
    }

    private void LinkLoadElement(in Instruction load)
    {
        StorageLeaf leaf = ElementLeaf(load.B);
        buffer.Emit(MemoryOpcodes.Of(leaf.Type).LoadElement, frame.Word(load.A), frame.Word(load.B), frame.Word(load.C));
    }

    private void LinkStoreElement(in Instruction store)
    {
        StorageLeaf leaf = ElementLeaf(store.A);
        buffer.Emit(MemoryOpcodes.Of(leaf.Type).StoreElement, frame.Word(store.A), frame.Word(store.B), frame.Word(store.C));
    }

    private StorageLeaf ElementLeaf(int array)
    {
        LinkedType element = frame.TypeOf(array).Element!;
        return element.Storage.Leaves.Count == 1
            ? element.Storage.Leaves[0]
            : throw new LinkException($"{program.Module.Name}: function '{function.Name}': elements of value class '{element.Name}' with {element.Storage.Leaves.Count} parts cannot be accessed yet");
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
