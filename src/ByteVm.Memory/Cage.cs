using System.Runtime.Versioning;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The address space of one instance, as <see cref="CageLayout"/> draws it. Creation costs three system calls and touches no memory;
/// null pages, end slack and guards are never mapped. At most eight mappings while it lives, whatever the heap does.
/// <para>
/// A cage for this process alone lies in anonymous memory, which can have huge pages. A shared one lies in two files of memory, one for young and
/// old objects, one for large ones, which a worker process maps at the same addresses. They grow as the heap commits: beyond their ends the worker's
/// accesses fault, so it can take no memory that the host has not granted. A third, of fixed size, holds the card table.
/// </para>
/// </summary>
public sealed unsafe class Cage : IDisposable
{
    private readonly Reservation reservation;
    private readonly OsMemory.SharedFile? lowFile;
    private readonly OsMemory.SharedFile? highFile;
    private readonly OsMemory.SharedFile? cardFile;
    private readonly PopulatedRanges populated = new();
    private readonly BackgroundPopulation population = new();

    /// <param name="permanentBytes">Bytes of string literals and globals from <see cref="CageLayout.PermanentStart"/>; they are committed and zero.</param>
    /// <param name="shared">Whether a worker process shall map it (Linux).</param>
    public Cage(long permanentBytes, bool shared = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permanentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permanentBytes, MaxPermanentBytes);
        PermanentEnd = (uint)OsMemory.RoundUpToPages(CageLayout.PermanentStart + permanentBytes);
        OldStart = (PermanentEnd + MaxNurseryBytes + OsMemory.HugePageBytes - 1) & ~(OsMemory.HugePageBytes - 1u);
        HalfBytes = (HeapEnd - OldStart) / 2 & ~(OsMemory.HugePageBytes - 1u);

        reservation = new Reservation(ReservedBytes);
        // The base is aligned to a huge page. As the null pages lie in the first one, small heaps in it live on small pages.
        ulong lowest = (ulong)reservation.Start + (ulong)CageLayout.LowerGuard;
        Base = (byte*)((lowest + OsMemory.HugePageBytes - 1) & ~(ulong)(OsMemory.HugePageBytes - 1));
        try
        {
            if (shared && OperatingSystem.IsLinux())
            {
                lowFile = MapFile("bytevm-cage-low", CageLayout.PermanentStart, Middle);
                highFile = MapFile("bytevm-cage-high", Middle, HeapEnd);
                cardFile = MapCardFile();
            }
            else
            {
                OsMemory.Commit(Cards, CageLayout.CardTableBytes);
            }

            if (PermanentEnd > CageLayout.PermanentStart)
                Commit(CageLayout.PermanentStart, PermanentEnd);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Largest permanent area, so that a heap always has room.</summary>
    public const long MaxPermanentBytes = 1L << 30;

    /// <summary>End of the heap: no object reaches beyond it.</summary>
    public const uint HeapEnd = (uint)(CageLayout.Size - CageLayout.EndSlack);

    /// <summary>Room for young objects, from the permanent area on. The first of it shares the first 2 MiB with the null pages, where no huge page fits.</summary>
    internal const uint MaxNurseryBytes = 8 * 1024 * 1024;

    private const long ReservedBytes = CageLayout.LowerGuard + CageLayout.Size + CageLayout.UpperGuard + OsMemory.HugePageBytes;

    public byte* Base { get; }

    /// <summary>The card of offset 0. The guest writes here: what it says is a hint that may cost time, or the guest its own heap.</summary>
    internal byte* Cards => Base + CageLayout.CardTableOffset;

    /// <summary>Cage offset where the permanent area ends and the heap begins; a multiple of the page size.</summary>
    public uint PermanentEnd { get; }

    /// <summary>Cage offset of the room for old objects, a multiple of the huge page size.</summary>
    internal uint OldStart { get; }

    /// <summary>Bytes for old objects, and as many again for large ones: each of the two could hold all that the largest memory limit allows.</summary>
    internal uint HalfBytes { get; }

    /// <summary>Cage offset of the room for large objects.</summary>
    internal uint Middle => OldStart + HalfBytes;

    /// <summary>What a worker process maps; of a shared cage.</summary>
    [SupportedOSPlatform("linux")]
    internal SharedRange[] Shared =>
    [
        new(lowFile!.Descriptor, (ulong)Base + CageLayout.PermanentStart, Middle - CageLayout.PermanentStart, SharedAccess.ReadWrite),
        new(highFile!.Descriptor, (ulong)Base + Middle, HeapEnd - Middle, SharedAccess.ReadWrite),
        new(cardFile!.Descriptor, (ulong)Cards, CageLayout.CardTableBytes, SharedAccess.ReadWrite),
    ];

    /// <summary>Whether a worker process can map it.</summary>
    internal bool IsShared => lowFile is not null;

    /// <summary>What was populated since the worker last ran; of a shared cage.</summary>
    internal PopulatedRanges Populated => populated;

    /// <summary>Whether an address lies in the cage or one of its guards.</summary>
    public bool Contains(ulong address) => reservation.Contains(address);

    public void Dispose()
    {
        population.Dispose();
        reservation.Dispose();
        if (!OperatingSystem.IsLinux())
            return;
        lowFile?.Dispose();
        highFile?.Dispose();
        cardFile?.Dispose();
    }

    internal void Commit(uint start, uint end)
    {
        if (lowFile is null || !OperatingSystem.IsLinux())
        {
            OsMemory.Commit(Base + start, (long)end - start);
            return;
        }

        (OsMemory.SharedFile file, uint fileStart) = FileOf(start);
        if (end - fileStart > file.Bytes)
            file.Grow(end - fileStart);
    }

    /// <summary>
    /// Brings fresh memory of a shared cage in before it is used: one page fault each, in both processes, costs several times as much. Anonymous
    /// memory has huge pages instead.
    /// </summary>
    /// <param name="start">Cage offset, a multiple of the page size; nothing was stored from here on.</param>
    /// <param name="end">At most what is committed.</param>
    internal void Populate(uint start, uint end)
    {
        if (lowFile is null || !OperatingSystem.IsLinux())
            return;
        (OsMemory.SharedFile file, uint fileStart) = FileOf(start);
        if (!file.TryPopulate(start - fileStart, (long)end - start))
            return;
        populated.Add((ulong)Base + start, (ulong)Base + end);
        PopulatedRanges.Touch(Base + start, Base + end);
    }

    /// <summary>As <see cref="Populate"/>, of a cage for this process alone, while the guest runs on.</summary>
    /// <returns>False when that is not possible now.</returns>
    internal bool TryPopulateLater(uint start, uint end) => !IsShared && population.TryBegin(Base + start, Base + end);

    internal void Discard(uint start, uint end)
    {
        if (lowFile is null || !OperatingSystem.IsLinux())
        {
            OsMemory.Discard(Base + start, (long)end - start);
            return;
        }

        (OsMemory.SharedFile file, uint fileStart) = FileOf(start);
        file.Discard(start - fileStart, (long)end - start);
    }

    internal void AdviseHugePages(uint start, uint end) => OsMemory.AdviseHugePages(Base + start, (long)end - start);

    [SupportedOSPlatform("linux")]
    private OsMemory.SharedFile MapFile(string name, uint start, uint end)
    {
        var file = new OsMemory.SharedFile(name, executable: false);
        file.MapOver(Base + start, (long)end - start, SharedAccess.ReadWrite);
        file.Seal(FileSeals.Shrink);
        return file;
    }

    [SupportedOSPlatform("linux")]
    private OsMemory.SharedFile MapCardFile()
    {
        var file = new OsMemory.SharedFile("bytevm-cards", executable: false);
        file.Grow(CageLayout.CardTableBytes);
        file.MapOver(Cards, CageLayout.CardTableBytes, SharedAccess.ReadWrite);
        file.Seal(FileSeals.Shrink | FileSeals.Grow);
        return file;
    }

    private (OsMemory.SharedFile File, uint Start) FileOf(uint offset) => offset < Middle ? (lowFile!, CageLayout.PermanentStart) : (highFile!, Middle);
}
