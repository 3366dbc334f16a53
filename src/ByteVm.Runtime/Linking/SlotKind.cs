namespace ByteVm.Runtime.Linking;

/// <summary>What an 8-byte slot of a frame holds. 32-bit values and references keep the upper half zero.</summary>
internal enum SlotKind : byte
{
    I32,
    I64,
    F32,
    F64,
    Reference,

    /// <summary>A cage offset inside an object (element.address): the collector does not know it, so no safepoint lies before its last use.</summary>
    Address,
}
