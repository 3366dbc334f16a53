namespace ByteVm.Memory;

/// <summary>The heap holds what no correct guest code writes. The instance cannot go on; the host is unharmed.</summary>
public sealed class HeapCorruptionException : Exception
{
    internal HeapCorruptionException(uint offset, string what)
        : base($"the heap is corrupt at cage offset 0x{offset:X8}: {what}")
    {
        Offset = offset;
    }

    /// <summary>Cage offset of the object, field or reference that is wrong.</summary>
    public uint Offset { get; }
}
