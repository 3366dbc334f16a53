namespace ByteVm.Memory;

/// <summary>Constants of the heap dump format, which lang/spec/heap-dump.md defines.</summary>
public static class HeapDumpFormat
{
    public const uint Version = 1;

    public const int MagicBytes = 8;

    public static ReadOnlySpan<byte> Magic => "ByteVmHD"u8;

    public static ReadOnlySpan<byte> EndMagic => "ByteVmHE"u8;

    /// <summary>Longest name of a type or root, in bytes.</summary>
    public const int MaxNameBytes = 64 * 1024;

    /// <summary>Bytes of an object's record before its references.</summary>
    public const int ObjectRecordBytes = 5 * sizeof(uint);
}
