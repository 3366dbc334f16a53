using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>An object that is never copied.</summary>
/// <param name="Start">Cage offset.</param>
/// <param name="Bytes">With header and padding.</param>
/// <param name="HasReferences">As the host knew it when it allocated; what the header says since then is the guest's.</param>
internal record struct LargeObject(uint Start, uint Bytes, bool HasReferences)
{
    public readonly uint End => Start + Bytes;

    /// <summary>Reached by the full collection in progress.</summary>
    public bool IsMarked { get; set; }
}

/// <summary>
/// Large objects, each on pages of its own, found first fit and never moved; old from birth. The list of them is the host's own, so that no guest can
/// forge one. Fragmentation is no danger to the exact memory limit: what finds no room here goes to the old space, which compacts.
/// </summary>
internal sealed unsafe class LargeObjectSpace(Cage cage)
{
    private const uint Granule = 4096;

    private readonly Space space = new(cage, cage.Middle, cage.Middle + cage.HalfBytes, hugePages: true);
    private readonly ExtentAllocator extents = new();

    /// <summary>Sorted by start.</summary>
    private readonly List<LargeObject> objects = [];

    /// <summary>End of the memory that is or was in use.</summary>
    private uint reached = cage.Middle;

    public ReadOnlySpan<LargeObject> Objects => CollectionsMarshal.AsSpan(objects);

    /// <summary>Bytes of all objects, dead ones included that are not yet collected.</summary>
    public long Used { get; private set; }

    /// <summary>Takes zeroed memory.</summary>
    /// <returns>The cage offset, or 0 when no gap is wide enough.</returns>
    public uint TryAllocate(uint bytes, bool hasReferences)
    {
        long pages = RoundUp(bytes);
        long place = extents.Take(pages, Granule);
        if (place < 0)
        {
            if (reached + pages > space.End)
                return 0;
            place = reached;
            space.HandOut(reached, reached + (uint)pages);
            reached += (uint)pages;
        }
        else
        {
            Unsafe.InitBlockUnaligned(space.Memory((uint)place), 0, bytes);
        }

        objects.Insert(~IndexOf((uint)place), new LargeObject((uint)place, bytes, hasReferences));
        Used += bytes;
        return (uint)place;
    }

    /// <summary>The object that starts at <paramref name="reference"/>.</summary>
    public bool TryFind(uint reference, out LargeObject found)
    {
        int index = reference - space.Start < reached - space.Start ? IndexOf(reference) : -1;
        found = index >= 0 ? objects[index] : default;
        return index >= 0;
    }

    /// <summary>Marks the object that starts at <paramref name="reference"/>.</summary>
    /// <param name="found">The object as it was before.</param>
    /// <returns>False when none starts there.</returns>
    public bool TryMark(uint reference, out LargeObject found)
    {
        int index = reference - space.Start < reached - space.Start ? IndexOf(reference) : -1;
        found = default;
        if (index < 0)
            return false;
        ref LargeObject entry = ref CollectionsMarshal.AsSpan(objects)[index];
        found = entry;
        entry.IsMarked = true;
        return true;
    }

    /// <summary>Frees what is not marked and takes the marks away.</summary>
    public void Sweep()
    {
        int kept = 0;
        for (int i = 0; i < objects.Count; i++)
        {
            LargeObject candidate = objects[i];
            if (candidate.IsMarked)
                objects[kept++] = candidate with { IsMarked = false };
            else
                Free(candidate);
        }

        objects.RemoveRange(kept, objects.Count - kept);
    }

    /// <summary>Returns free memory to the system when it is more than <paramref name="budget"/>, with which the space may grow.</summary>
    public void Trim(long budget)
    {
        if (extents.FreeBytes <= budget)
            return;
        foreach ((long start, long bytes) in extents.Free)
            space.Discard((uint)start, (uint)(start + bytes));
    }

    private void Free(in LargeObject dead)
    {
        extents.Add(dead.Start, RoundUp(dead.Bytes));
        Used -= dead.Bytes;
    }

    /// <returns>As <see cref="List{T}.BinarySearch(T)"/>.</returns>
    private int IndexOf(uint start)
    {
        int low = 0, high = objects.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            uint found = objects[middle].Start;
            if (found == start)
                return middle;
            if (found < start)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    private static long RoundUp(uint bytes) => (bytes + (Granule - 1L)) & -(long)Granule;
}
