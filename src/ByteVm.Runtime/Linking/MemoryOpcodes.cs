namespace ByteVm.Runtime.Linking;

/// <summary>The memory instructions for one kind of stored leaf, by where it lies.</summary>
internal readonly record struct MemoryOpcodes(
    LinkedOpcode Load,
    LinkedOpcode Store,
    LinkedOpcode LoadElement,
    LinkedOpcode StoreElement,
    LinkedOpcode LoadGlobal,
    LinkedOpcode StoreGlobal)
{
    public static MemoryOpcodes Of(LinkedType leaf) => leaf.Kind switch
    {
        LinkedTypeKind.I8 => signed8,
        LinkedTypeKind.U8 or LinkedTypeKind.Bool => signed8 with { Load = LinkedOpcode.LoadU8, LoadElement = LinkedOpcode.ElementU8, LoadGlobal = LinkedOpcode.GlobalU8 },
        LinkedTypeKind.I16 => signed16,
        LinkedTypeKind.U16 => signed16 with { Load = LinkedOpcode.LoadU16, LoadElement = LinkedOpcode.ElementU16, LoadGlobal = LinkedOpcode.GlobalU16 },
        LinkedTypeKind.I32 or LinkedTypeKind.F32 or LinkedTypeKind.Char => word,
        LinkedTypeKind.I64 or LinkedTypeKind.F64 => doubleWord,
        _ => word with { Store = LinkedOpcode.StoreRef, StoreElement = LinkedOpcode.StoreElementRef, StoreGlobal = LinkedOpcode.StoreGlobalRef },
    };

    private static readonly MemoryOpcodes signed8 = new(
        LinkedOpcode.LoadS8, LinkedOpcode.Store8, LinkedOpcode.ElementS8, LinkedOpcode.StoreElement8, LinkedOpcode.GlobalS8, LinkedOpcode.StoreGlobal8);

    private static readonly MemoryOpcodes signed16 = new(
        LinkedOpcode.LoadS16, LinkedOpcode.Store16, LinkedOpcode.ElementS16, LinkedOpcode.StoreElement16, LinkedOpcode.GlobalS16, LinkedOpcode.StoreGlobal16);

    private static readonly MemoryOpcodes word = new(
        LinkedOpcode.Load32, LinkedOpcode.Store32, LinkedOpcode.Element32, LinkedOpcode.StoreElement32, LinkedOpcode.Global32, LinkedOpcode.StoreGlobal32);

    private static readonly MemoryOpcodes doubleWord = new(
        LinkedOpcode.Load64, LinkedOpcode.Store64, LinkedOpcode.Element64, LinkedOpcode.StoreElement64, LinkedOpcode.Global64, LinkedOpcode.StoreGlobal64);
}
