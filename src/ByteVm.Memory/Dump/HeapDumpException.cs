namespace ByteVm.Memory;

/// <summary>A file is no heap dump, or a damaged one.</summary>
public sealed class HeapDumpException(long position, string problem) : Exception($"at byte {position:N0}: {problem}")
{
    public long Position => position;
}
