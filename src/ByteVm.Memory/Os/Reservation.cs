namespace ByteVm.Memory;

/// <summary>A range of address space and its release. Everything in it faults until a part is committed.</summary>
internal sealed unsafe class Reservation(long bytes) : IDisposable
{
    public byte* Start { get; private set; } = OsMemory.Reserve(bytes);

    public long Bytes => bytes;

    public bool Contains(ulong address) => address - (ulong)Start < (ulong)bytes;

    /// <summary>Commits a part; when the system refuses, the reservation is released, as its owner will not come to be.</summary>
    public void CommitForOwner(byte* address, long committedBytes)
    {
        try
        {
            OsMemory.Commit(address, committedBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (Start == null)
            return;
        OsMemory.Release(Start, bytes);
        Start = null;
    }
}
