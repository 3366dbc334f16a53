using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The address space of one instance, as <see cref="CageLayout"/> draws it. Creation costs two system calls and touches no memory;
/// null pages, end slack and guards are never mapped. At most eight mappings while it lives, whatever the heap does.
/// </summary>
public sealed unsafe class Cage : IDisposable
{
    private readonly Reservation reservation;

    /// <param name="permanentBytes">Bytes of string literals and globals from <see cref="CageLayout.PermanentStart"/>; they are committed and zero.</param>
    public Cage(long permanentBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permanentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permanentBytes, MaxPermanentBytes);
        PermanentEnd = (uint)OsMemory.RoundUpToPages(CageLayout.PermanentStart + permanentBytes);

        reservation = new Reservation(ReservedBytes);
        // The base is aligned to a huge page. As the null pages lie in the first one, small heaps in it live on small pages.
        ulong lowest = (ulong)reservation.Start + (ulong)CageLayout.LowerGuard;
        Base = (byte*)((lowest + OsMemory.HugePageBytes - 1) & ~(ulong)(OsMemory.HugePageBytes - 1));
        if (PermanentEnd > CageLayout.PermanentStart)
            reservation.CommitForOwner(Base + CageLayout.PermanentStart, PermanentEnd - CageLayout.PermanentStart);
    }

    /// <summary>Largest permanent area, so that a heap always has room.</summary>
    public const long MaxPermanentBytes = 1L << 30;

    /// <summary>End of the heap: no object reaches beyond it.</summary>
    public const uint HeapEnd = (uint)(CageLayout.Size - CageLayout.EndSlack);

    private const long ReservedBytes = CageLayout.LowerGuard + CageLayout.Size + CageLayout.UpperGuard + OsMemory.HugePageBytes;

    public byte* Base { get; }

    /// <summary>Cage offset where the permanent area ends and the heap begins; a multiple of the page size.</summary>
    public uint PermanentEnd { get; }

    /// <summary>Whether an address lies in the cage or one of its guards.</summary>
    public bool Contains(ulong address) => reservation.Contains(address);

    public void Dispose() => reservation.Dispose();

    internal void Commit(uint start, uint end) => OsMemory.Commit(Base + start, (long)end - start);

    internal void Discard(uint start, uint end) => OsMemory.Discard(Base + start, (long)end - start);

    internal void AdviseHugePages(uint start, uint end) => OsMemory.AdviseHugePages(Base + start, (long)end - start);
}
