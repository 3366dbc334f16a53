using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// Objects that survived a minor collection, one after another without gaps in [<see cref="Bottom"/>, <see cref="Top"/>). Minor collections add at
/// the top, full ones compact. For each card the last object that starts in it is known, so that a dirty card can be scanned without what lies before
/// it: an object's references can be told from its other words only from its start. That table is the host's own.
/// </summary>
internal sealed unsafe class OldSpace
{
    private const byte NoStart = 0;

    private readonly Space space;

    /// <summary>By card: the words from its start to the last object that starts in it, and 1; or <see cref="NoStart"/>. Pinned.</summary>
    private byte[] startTable = [];
    private byte* starts;

    public OldSpace(Cage cage)
    {
        space = new Space(cage, cage.OldStart, cage.OldStart + cage.HalfBytes, hugePages: true);
        Bottom = Top = space.Start;
    }

    /// <summary>First byte of the room there is; a multiple of the card size.</summary>
    public uint Start => space.Start;

    public uint End => space.End;

    public uint Bottom { get; private set; }

    public uint Top { get; set; }

    public uint Used => Top - Bottom;

    /// <summary>Makes room for objects up to <paramref name="top"/>.</summary>
    public void Commit(uint top)
    {
        space.Commit(top);
        int needed = (int)((top - Start) >> CageLayout.CardShift) + 1;
        if (needed <= startTable.Length)
            return;
        byte[] wider = GC.AllocateArray<byte>(Math.Max(needed, Math.Min(2 * startTable.Length, (int)((End - Start) >> CageLayout.CardShift) + 1)), pinned: true);
        startTable.CopyTo(wider, 0);
        startTable = wider;
        starts = (byte*)Unsafe.AsPointer(ref wider[0]);
    }

    /// <summary>Notes that an object starts at <paramref name="offset"/>; in ascending order within a card.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RecordStart(uint offset) =>
        starts[(offset - Start) >> CageLayout.CardShift] = (byte)(1 + (offset % CageLayout.CardBytes) / ObjectLayout.Alignment);

    /// <summary>The object to which the byte at <paramref name="offset"/> belongs.</summary>
    /// <param name="offset">At or above <paramref name="known"/>.</param>
    /// <param name="known">A byte of <paramref name="object"/>: what lies below is not looked at, so many bytes of one large object cost no more than a few.</param>
    public uint ObjectCovering(uint offset, uint known, uint @object)
    {
        uint card = (offset - Start) >> CageLayout.CardShift, firstCard = (known - Start) >> CageLayout.CardShift;
        while (card-- > firstCard)
        {
            if (starts[card] != NoStart)
                return Math.Max(@object, Start + (card << CageLayout.CardShift) + (starts[card] - 1u) * ObjectLayout.Alignment);
        }

        return @object;
    }

    /// <summary>Fetches what <see cref="ObjectCovering"/> will read for <paramref name="offset"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchStart(uint offset)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(starts + ((offset - Start) >> CageLayout.CardShift) - 1);
    }

    /// <summary>Takes zeroed memory for one object at the top: for a large object that found no room among its like.</summary>
    public uint Allocate(uint bytes)
    {
        uint place = Top;
        Commit(place + bytes);
        Unsafe.InitBlockUnaligned(space.Memory(place), 0, bytes);
        RecordStart(place);
        Top = place + bytes;
        return place;
    }

    /// <summary>Forgets where objects start in [<paramref name="from"/>, <paramref name="to"/>), as they are about to move.</summary>
    public void ForgetStarts(uint from, uint to)
    {
        if (to > from)
            Array.Clear(startTable, (int)((from - Start) >> CageLayout.CardShift), (int)(((to - 1 - Start) >> CageLayout.CardShift) - ((from - Start) >> CageLayout.CardShift)) + 1);
    }

    /// <summary>Notes where the objects lie after a compaction.</summary>
    public void Replace(uint bottom, uint top)
    {
        space.MarkFilled(Math.Max(Top, top));
        (Bottom, Top) = (bottom, top);
    }

    /// <summary>Returns memory to the system that growing by <paramref name="budget"/> bytes will not need.</summary>
    public void Trim(long budget) => space.Trim((uint)Math.Min(End, Top + budget));

    /// <summary>
    /// Has memory for more objects brought in: at first one huge page, then for as many as there are, so that a space that grows finds its memory ready, and
    /// one that does not grow has cost little.
    /// </summary>
    /// <param name="limit">There are never more bytes.</param>
    public void PopulateAhead(long limit) =>
        space.PopulateAhead(Top, Top == Start ? OsMemory.HugePageBytes : Top - Start, (uint)Math.Min(End, Start + limit));

    /// <summary>Overwrites a part where no object lies any more, so that a stale reference shows.</summary>
    public void Poison(uint from, uint to) => space.Poison(from, to);
}
