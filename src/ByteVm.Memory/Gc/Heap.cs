using System.Diagnostics;
using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The objects of one instance: allocation, collection and their statistics. Used by one thread at a time, the one that runs the instance.
///
/// Objects lie one after another, without gaps, from the bottom of the current <see cref="Space"/> to
/// <see cref="InstanceContext.HeapTop"/>. A collection copies those that are reachable into another space (<see cref="Collector"/>). The
/// first space is small and lies beside the null pages, where no huge page fits, so that an instance that needs little costs little;
/// two equal halves of the rest of the cage serve in turn after it.
///
/// Allocation buffer: engines allocate by adding to HeapTop while it stays at or below HeapLimit; memory between the two is zero. Both
/// lie in the context, which the guest's code writes; <see cref="bufferEnd"/> is the host's own copy, against which HeapTop is checked.
///
/// Accounting: as objects leave no gaps, the bytes in use are HeapTop minus the bottom, without a counter on the fast path. HeapLimit never
/// lies beyond the memory limit, so the limit is met exactly, wherever chunks and budgets end.
/// </summary>
public sealed unsafe class Heap
{
    private const uint HeadSpaceEnd = Cage.HeadEnd;
    private const uint HeadSpaceMinBytes = 256 * 1024;

    /// <summary>Stress collections start at one of this many places in a space, so that an address returns only after twice as many.</summary>
    private const uint StressOffsets = 251;

    private const int GrowthFactor = 2;

    private readonly Cage cage;
    private readonly InstanceContext* context;
    private readonly HeapOptions options;
    private readonly Collector collector;
    private readonly Space firstHalf;
    private readonly Space secondHalf;
    private readonly HeapLedger ledger = new();

    private Space current;
    private uint bottom;
    private uint bufferStart;
    private uint bufferEnd;

    /// <summary>Bytes in use at which the next collection is due; at most the memory limit.</summary>
    private long collectAt;

    /// <summary>HeapTop after the last collection: objects from here on are new.</summary>
    private uint oldTop;

    private Exception? broken;

    /// <summary>A heap over <paramref name="cage"/> whose allocation buffer lies in <paramref name="context"/>; all must outlive it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The memory limit is more than the cage can hold.</exception>
    public Heap(Cage cage, MetadataRegion metadata, InstanceContext* context, HeapOptions options)
    {
        if (options.MemoryLimit < 0 || options.MemoryLimit > MaxMemoryLimit(cage))
            throw new ArgumentOutOfRangeException(nameof(options), $"a memory limit of {options.MemoryLimit:N0} bytes is not between 0 and what the cage can hold, {MaxMemoryLimit(cage):N0}");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ChunkBytes, ObjectLayout.Alignment);

        this.cage = cage;
        this.context = context;
        this.options = options;
        Reader = new ObjectReader(cage.Base, metadata);
        collector = new Collector(Reader, cage.PermanentEnd);

        firstHalf = new Space(cage, cage.HalvesStart, cage.Middle, hugePages: true);
        secondHalf = new Space(cage, cage.Middle, cage.Middle + cage.HalfBytes, hugePages: true);
        bool hasHead = cage.PermanentEnd + HeadSpaceMinBytes <= HeadSpaceEnd;
        current = hasHead ? new Space(cage, cage.PermanentEnd, HeadSpaceEnd, hugePages: false) : firstHalf;

        bottom = oldTop = current.Start;
        collectAt = BudgetedUse(live: 0, request: 0);
        SetBuffer(bottom, bottom);
    }

    /// <summary>The largest memory limit a heap in <paramref name="cage"/> can keep: a little less than half of the cage.</summary>
    public static long MaxMemoryLimit(Cage cage) => cage.HalfBytes - StressOffsets * ObjectLayout.Alignment;

    /// <summary>Bytes of all objects in the heap, dead ones included that are not yet collected.</summary>
    public long UsedBytes => context->HeapTop - bottom;

    /// <summary>What happened so far; of a heap that failed or whose guest lies about it, up to its last good collection.</summary>
    public HeapStatistics Statistics
    {
        get
        {
            uint claimed = context->HeapTop;
            uint top = broken is null && IsTop(claimed) ? claimed : oldTop;
            return ledger.Snapshot(top - oldTop, CountNewObjects(top));
        }
    }

    internal ObjectReader Reader { get; }

    /// <summary>Cage offset of the first object.</summary>
    internal uint Bottom => bottom;

    /// <summary>End of the allocation buffer, whatever the guest wrote to HeapLimit.</summary>
    internal uint BufferEnd => bufferEnd;

    internal Cage Cage => cage;

    /// <summary>Allocates in the buffer: a zeroed object with its header written. What an engine does inline.</summary>
    /// <param name="typeOffset">Metadata offset of the published type descriptor.</param>
    /// <param name="second">Second header word: length, or 0 for a class instance.</param>
    /// <param name="bytes">Size with header and padding, as <see cref="ObjectLayout"/> computes it.</param>
    /// <returns>The cage offset, or 0 when the buffer is too short: call <see cref="AllocateSlow"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryAllocate(uint typeOffset, uint second, long bytes)
    {
        // Measured by the host's own copy of the buffer's ends: a hostile guest writes to HeapTop and HeapLimit what it likes.
        uint top = context->HeapTop;
        if (top < bufferStart || top % ObjectLayout.Alignment != 0 || bytes > (long)bufferEnd - top)
            return 0;
        context->HeapTop = top + (uint)bytes;
        *(ulong*)(cage.Base + top) = typeOffset | (ulong)second << 32;
        return top;
    }

    /// <summary>Allocates whatever it takes: a new chunk, or a collection, which may move every object.</summary>
    /// <returns>The cage offset, or 0 when reachable objects and the new one exceed the memory limit.</returns>
    /// <exception cref="HeapCorruptionException">The collection found what is no heap; the instance is lost.</exception>
    public uint AllocateSlow(uint typeOffset, uint second, long bytes, IRootSource roots)
    {
        Debug.Assert(bytes >= ObjectLayout.HeaderBytes && bytes % ObjectLayout.Alignment == 0);
        uint top = CheckedTop();
        if (bytes > options.MemoryLimit)
            return 0;
        if (options.GcStress || top - bottom + bytes > collectAt)
            top = Collect(roots, bytes);
        if (top - bottom + bytes > collectAt)
            return 0;
        uint end = top + (uint)bytes;
        SetBuffer(end, HandOut(top, end));
        *(ulong*)(cage.Base + top) = typeOffset | (ulong)second << 32;
        return top;
    }

    /// <summary>Collects now. Every reference the roots do not present is invalid afterwards.</summary>
    /// <exception cref="HeapCorruptionException">The collection found what is no heap; the instance is lost.</exception>
    public void Collect(IRootSource roots) => Collect(roots, request: 0);

    /// <summary>HeapTop, after a check that the guest left it inside its buffer.</summary>
    internal uint CheckedTop()
    {
        if (broken is not null)
            throw new InvalidOperationException("this heap failed before and cannot be used any more", broken);
        uint top = context->HeapTop;
        if (!IsTop(top))
            throw new HeapCorruptionException(top, $"HeapTop lies outside of the allocation buffer, 0x{bufferStart:X8} to 0x{bufferEnd:X8}");
        return top;
    }

    private bool IsTop(uint top) => top >= bufferStart && top <= bufferEnd && top % ObjectLayout.Alignment == 0;

    /// <returns>The new HeapTop.</returns>
    private uint Collect(IRootSource roots, long request)
    {
        long started = Stopwatch.GetTimestamp();
        uint top = CheckedTop();
        long? newObjects = CountNewObjects(top);
        Space left = current;
        Space next = left == firstHalf ? secondHalf : firstHalf;
        uint target = next.Start + (options.GcStress ? (uint)(ledger.Collections % StressOffsets) * ObjectLayout.Alignment : 0);
        // Committed before anything moves, so that a system out of memory leaves the heap as it was.
        next.Commit(target + (top - bottom));

        uint newTop = Evacuate(top, target, roots);
        ledger.RecordCollection(top - oldTop, newObjects, newTop - target);
        next.MarkFilled(newTop);
        current = next;
        (bottom, oldTop) = (target, newTop);
        SetBuffer(newTop, newTop);
        collectAt = BudgetedUse(newTop - target, request);
        Retire(left, top);
        ledger.RecordPause(Stopwatch.GetElapsedTime(started));

        if (options.VerifyAfterCollection)
            HeapVerifier.Verify(this, roots);
        return newTop;
    }

    private uint Evacuate(uint top, uint target, IRootSource roots)
    {
        try
        {
            return collector.Collect(bottom, top, target, roots);
        }
        catch (Exception e)
        {
            broken = e;
            throw;
        }
    }

    private void Retire(Space left, uint leftTop)
    {
        if (options.GcStress)
            left.PoisonUpTo(leftTop);
        else if (left != firstHalf && left != secondHalf)
            left.Empty();
        else
            left.Trim((uint)(left.Start + collectAt));
        current.Trim((uint)(bottom + collectAt));
    }

    /// <summary>
    /// How many bytes may be in use before the next collection: besides what is alive, <see cref="GrowthFactor"/> times as much, so that
    /// half as many bytes are copied as are allocated when survival stays as high as it was.
    /// </summary>
    private long BudgetedUse(long live, long request)
    {
        long use = live + Math.Max(options.MinimumBudget, GrowthFactor * live);
        long room = current.End - bottom;
        return Math.Min(Math.Max(Math.Min(use, room), live + request), options.MemoryLimit);
    }

    /// <summary>Makes zeroed memory of [<paramref name="top"/>, <paramref name="end"/>) and, outside of stress mode, of a chunk beyond it.</summary>
    /// <returns>End of the zeroed memory.</returns>
    private uint HandOut(uint top, uint end)
    {
        if (end <= bufferEnd)
            return bufferEnd;
        uint limit = end;
        if (!options.GcStress)
            limit = Math.Max(limit, (uint)(Math.Min(bottom + collectAt, (long)top + options.ChunkBytes) & -ObjectLayout.Alignment));
        current.HandOut(bufferEnd, limit);
        return limit;
    }

    private void SetBuffer(uint top, uint limit)
    {
        bufferStart = top;
        bufferEnd = limit;
        context->HeapTop = top;
        context->HeapLimit = limit;
    }

    private long? CountNewObjects(uint top)
    {
        if (!options.CountObjects)
            return null;
        long count = 0;
        for (uint offset = oldTop; offset < top; offset += Reader.Read(offset, top).Bytes)
            count++;
        return count;
    }
}
