using System.Runtime.InteropServices;

namespace ByteVm.Memory;

/// <summary>Addresses [<see cref="Start"/>, <see cref="End"/>) of memory that has its pages already. Also a layout that a worker's machine code reads.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PopulatedRange
{
    public ulong Start;
    public ulong End;
}

/// <summary>
/// Memory whose pages are there, but not yet in a process's page tables. The kernel maps the pages around a *read* that faults as far as they exist
/// (fault-around, 64 KiB), writable where the mapping is shared memory, but only one page at a fault by a write. So one read in each
/// 64 KiB saves fifteen faults of sixteen. Ranges that find no room here are left to faults.
/// </summary>
internal sealed unsafe class PopulatedRanges
{
    /// <summary>Bytes that one fault maps, aligned to themselves.</summary>
    public const int FaultAroundBytes = 64 * 1024;

    /// <summary>One for the nursery, one for old objects, one for large ones.</summary>
    public const int Capacity = 3;

    private readonly PopulatedRange[] ranges = new PopulatedRange[Capacity];
    private int count;

    public ReadOnlySpan<PopulatedRange> Ranges => ranges.AsSpan(0, count);

    public void Add(ulong start, ulong end)
    {
        for (int i = 0; i < count; i++)
        {
            if (ranges[i].End != start)
                continue;
            ranges[i].End = end;
            return;
        }

        if (count < Capacity)
            ranges[count++] = new PopulatedRange { Start = start, End = end };
    }

    public void Clear() => count = 0;

    /// <summary>Enters a range into this process's page tables.</summary>
    public static void Touch(byte* start, byte* end)
    {
        for (byte* place = start; place < end; place = (byte*)(((ulong)place + FaultAroundBytes) & ~(ulong)(FaultAroundBytes - 1)))
            _ = Volatile.Read(ref *place);
    }
}
