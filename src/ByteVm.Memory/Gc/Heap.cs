using System.Diagnostics;
using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The objects of one instance: allocation, collection and their statistics. Used by one thread at a time, the one that runs the instance.
/// <code>
///   [permanent area] [nursery: young ... HeapTop ... HeapLimit ...] [old space: Bottom ... Top ...] [large objects]
/// </code>
/// Objects are born in the nursery, one behind the other. When it is full, a minor collection promotes what is reachable to the old space
/// (<see cref="MinorCollector"/>) and the nursery is empty again; it is about as large as a processor's cache, so that its memory stays there. When old
/// and large objects have grown by their budget, a full collection follows it (<see cref="FullCollector"/>).
///
/// Allocation buffer: engines allocate by adding to HeapTop while it stays at or below HeapLimit; memory between the two is zero. Both
/// lie in the context, which the guest's code writes; <see cref="bufferEnd"/> is the host's own copy, against which HeapTop is checked.
///
/// Accounting: no space has gaps that count, so the bytes in use are HeapTop minus the nursery's start, and what old and large objects take: nothing is
/// counted on the fast path. HeapLimit never lets the sum pass the memory limit. An allocation that would pass it collects fully, after which
/// the bytes in use are those reachable, and fails if it would still pass. So the limit strikes at the same allocation whatever chunks,
/// nursery sizes, budgets, stress and engines do.
/// </summary>
public sealed unsafe class Heap
{
    /// <summary>Bytes beyond the memory limit that only <see cref="AllocateFromReserve"/> gives.</summary>
    public const int ReserveBytes = 8 * 1024;

    private const int SharedChunks = 8;

    private readonly Cage cage;
    private readonly InstanceContext* context;
    private readonly HeapOptions options;
    private readonly Space nursery;
    private readonly OldSpace old;
    private readonly LargeObjectSpace large;
    private readonly HeapPolicy policy;
    private readonly StressPlan stress;
    private readonly HeapLedger ledger = new();
    private MinorCollector? minorCollector;

    private uint bufferStart;
    private uint bufferEnd;
    private Exception? broken;

    /// <summary>Under stress: the safepoint after an allocation does nothing, so that the new object is still young when it is stored somewhere.</summary>
    private bool collectedForAllocation;

    /// <summary>A heap over <paramref name="cage"/> whose allocation buffer lies in <paramref name="context"/>; all must outlive it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The memory limit is more than the cage can hold, or another option is out of its range.</exception>
    public Heap(Cage cage, MetadataRegion metadata, InstanceContext* context, HeapOptions options)
    {
        if (options.MemoryLimit < 0 || options.MemoryLimit > MaxMemoryLimit(cage))
            throw new ArgumentOutOfRangeException(nameof(options), $"a memory limit of {options.MemoryLimit:N0} bytes is not between 0 and what the cage can hold, {MaxMemoryLimit(cage):N0}");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ChunkBytes, ObjectLayout.Alignment);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.NurseryBytes, ObjectLayout.Alignment);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.NurseryBytes, (int)Cage.MaxNurseryBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.LargeObjectBytes, (int)Cage.MaxNurseryBytes);

        this.cage = cage;
        this.context = context;
        this.options = options;
        Reader = new ObjectReader(cage.Base, metadata);
        nursery = new Space(cage, cage.PermanentEnd, cage.OldStart, hugePages: false);
        old = new OldSpace(cage);
        large = new LargeObjectSpace(cage);
        policy = new HeapPolicy(options);
        stress = new StressPlan(options, old);
        context->OldStart = old.Start;
        SetBuffer(nursery.Start, nursery.Start);
    }

    /// <summary>The largest memory limit a heap in <paramref name="cage"/> can keep: a little less than half of the cage.</summary>
    public static long MaxMemoryLimit(Cage cage) => cage.HalfBytes - StressPlan.MaxOffset - ReserveBytes;

    /// <summary>Bytes of all objects in the heap, dead ones included that are not yet collected.</summary>
    public long UsedBytes => context->HeapTop - nursery.Start + OldBytes;

    /// <summary>What happened so far; of a heap that failed or whose guest lies about it, up to its last good collection.</summary>
    public HeapStatistics Statistics
    {
        get
        {
            uint claimed = context->HeapTop;
            uint top = broken is null && IsTop(claimed) ? claimed : nursery.Start;
            return ledger.Snapshot(top - nursery.Start, CountYoungObjects(top), top - nursery.Start + OldBytes);
        }
    }

    internal ObjectReader Reader { get; }

    /// <summary>Cage offset of the first young object.</summary>
    internal uint NurseryStart => nursery.Start;

    internal OldSpace Old => old;

    internal LargeObjectSpace Large => large;

    internal CardTable Cards => new(cage);

    /// <summary>End of the allocation buffer, whatever the guest wrote to HeapLimit.</summary>
    internal uint BufferEnd => bufferEnd;

    internal Cage Cage => cage;

    /// <summary>A worker's trap for the next chunk costs as much as zeroing one, so a heap that has filled its nursery once gets more at a time.</summary>
    private long ChunkBytes => cage.IsShared && minorCollector is not null ? (long)SharedChunks * options.ChunkBytes : options.ChunkBytes;

    private long OldBytes => old.Used + large.Used;

    private MinorCollector MinorCollector => minorCollector ??= new MinorCollector(Reader, old, large, Cards, nursery.Start);

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
        CheckedTop();
        if (bytes > options.MemoryLimit)
            return 0;
        bool isLarge = bytes >= options.LargeObjectBytes;
        if (!MakeRoom(bytes, isLarge, roots))
            return 0;
        uint place = isLarge ? TakeLarge(typeOffset, (uint)bytes) : TakeYoung((uint)bytes);
        *(ulong*)(cage.Base + place) = typeOffset | (ulong)second << 32;
        return place;
    }

    /// <summary>
    /// Allocates a small object beyond the memory limit, after <see cref="AllocateSlow"/> has failed to: so that a guest can be told that its memory is used up.
    /// </summary>
    /// <returns>The cage offset, or 0 when the reserve is used up, too.</returns>
    public uint AllocateFromReserve(uint typeOffset, uint second, long bytes)
    {
        uint top = CheckedTop();
        if (UsedBytes + bytes > options.MemoryLimit + ReserveBytes || top + bytes > cage.OldStart)
            return 0;
        uint place = TakeYoung((uint)bytes);
        *(ulong*)(cage.Base + place) = typeOffset | (ulong)second << 32;
        return place;
    }

    /// <summary>Collects everything now. Every reference the roots do not present is invalid afterwards.</summary>
    /// <exception cref="HeapCorruptionException">The collection found what is no heap; the instance is lost.</exception>
    public void Collect(IRootSource roots) => Collect(roots, everything: true);

    /// <summary>As <see cref="Collect(IRootSource)"/>, of the young objects alone.</summary>
    /// <exception cref="HeapCorruptionException">The collection found what is no heap; the instance is lost.</exception>
    public void CollectYoung(IRootSource roots) => Collect(roots, everything: false);

    /// <summary>To be called at polls and after services: collects when stress says so.</summary>
    /// <exception cref="HeapCorruptionException">The collection found what is no heap; the instance is lost.</exception>
    public void AtSafepoint(IRootSource roots)
    {
        if (options.Stress.AtSafepoints && !collectedForAllocation)
            CollectForStress(roots);
        collectedForAllocation = false;
    }

    /// <summary>Writes all objects and roots in the format of <see cref="HeapDumpFormat"/>: after a full collection, those that are reachable.</summary>
    /// <returns>How many objects were written.</returns>
    /// <exception cref="HeapCorruptionException">This is no heap; the instance is lost.</exception>
    public long WriteDump(Stream stream, IRootSource roots, HeapDumpNames names)
    {
        using BinaryWriter output = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        return new HeapDumpWriter(this, names, output).Write(roots);
    }

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

    /// <summary>End of the space, or of the large object, to which a reference points.</summary>
    /// <exception cref="HeapCorruptionException">It points to none.</exception>
    internal uint LimitOf(uint reference)
    {
        uint top = CheckedTop();
        if (reference >= nursery.Start && reference < top)
            return top;
        if (reference >= old.Bottom && reference < old.Top)
            return old.Top;
        if (large.TryFind(reference, out LargeObject found))
            return found.End;
        throw new HeapCorruptionException(reference, "a reference points neither to an object of the heap nor to the permanent area");
    }

    private bool IsTop(uint top) => top >= bufferStart && top <= bufferEnd && top % ObjectLayout.Alignment == 0;

    // ---- allocation

    /// <summary>Collects as needed before <paramref name="bytes"/> are taken.</summary>
    /// <returns>False when reachable objects and the new one exceed the memory limit.</returns>
    private bool MakeRoom(long bytes, bool isLarge, IRootSource roots)
    {
        long fullBefore = ledger.FullCollections;
        if (options.Stress.IsOn)
        {
            CollectForStress(roots);
            collectedForAllocation = true;
        }
        else if (isLarge ? policy.IsFullDue(OldBytes + bytes) : IsNurseryFull(bytes))
            Collect(roots, everything: isLarge);
        bool isExact = ledger.FullCollections != fullBefore;
        if (UsedBytes + bytes > options.MemoryLimit && !isExact)
            Collect(roots, everything: true);
        return UsedBytes + bytes <= options.MemoryLimit;
    }

    private bool IsNurseryFull(long bytes)
    {
        uint top = context->HeapTop;
        return top != nursery.Start && top - nursery.Start + bytes > policy.NurseryBytes;
    }

    private uint TakeYoung(uint bytes)
    {
        uint place = context->HeapTop;
        uint end = place + bytes;
        SetBuffer(end, HandOut(place, end));
        return place;
    }

    private uint TakeLarge(uint typeOffset, uint bytes)
    {
        bool hasReferences = Reader.Descriptor(typeOffset)->ReferenceCount != 0;
        uint place = large.TryAllocate(bytes, hasReferences);
        if (place == 0)
            place = old.Allocate(bytes);
        ledger.RecordAllocation(bytes, options.CountObjects ? 1 : null);
        // What large objects took the young ones no longer have.
        SetBuffer(context->HeapTop, (uint)Math.Min(bufferEnd, RoomEnd));
        return place;
    }

    /// <summary>Makes zeroed memory of [<paramref name="top"/>, <paramref name="end"/>) and, outside of stress mode, of a chunk beyond it.</summary>
    /// <returns>End of the zeroed memory.</returns>
    private uint HandOut(uint top, uint end)
    {
        if (end <= bufferEnd)
            return bufferEnd;
        uint limit = end;
        if (!options.Stress.IsOn)
        {
            long nurseryEnd = Math.Min(nursery.Start + policy.NurseryBytes, RoomEnd);
            limit = Math.Max(limit, (uint)(Math.Min(nurseryEnd, top + ChunkBytes) & -ObjectLayout.Alignment));
        }

        nursery.HandOut(bufferEnd, limit);
        if (minorCollector is null && limit - nursery.Start > policy.NurseryBytes / 2)
            PopulateAhead();
        return limit;
    }

    /// <summary>Where young objects would meet the memory limit.</summary>
    private long RoomEnd => nursery.Start + options.MemoryLimit - OldBytes & -ObjectLayout.Alignment;

    private void SetBuffer(uint top, uint limit)
    {
        bufferStart = top;
        bufferEnd = limit;
        context->HeapTop = top;
        context->HeapLimit = limit;
    }

    // ---- collection

    private void CollectForStress(IRootSource roots)
    {
        StressAction action = stress.Next();
        if (action != StressAction.None)
            Collect(roots, action == StressAction.Everything);
    }

    private void Collect(IRootSource roots, bool everything)
    {
        long started = Stopwatch.GetTimestamp();
        uint top = CheckedTop();
        if (options.Verify)
            HeapVerifier.Verify(this, roots);
        // Committed before anything moves, so that a system out of memory leaves the heap as it was.
        old.Commit(old.Top + (top - nursery.Start));
        try
        {
            Promote(top, roots);
            if (everything || policy.IsFullDue(OldBytes))
                CollectAll(started, roots);
            else
                ledger.RecordMinor(Stopwatch.GetElapsedTime(started));
        }
        catch (Exception e)
        {
            broken = e;
            throw;
        }

        PopulateAhead();
        if (options.Verify)
            HeapVerifier.Verify(this, roots);
    }

    private void PopulateAhead()
    {
        if (!options.Stress.IsOn)
            old.PopulateAhead(policy.MostOldBytes - large.Used);
    }

    private void Promote(uint top, IRootSource roots)
    {
        uint young = top - nursery.Start;
        ledger.RecordAllocation(young, CountYoungObjects(top));
        uint before = old.Top;
        MinorCollector.Collect(top, roots);
        uint promoted = old.Top - before;
        ledger.RecordPromotion(promoted);
        policy.AfterMinor(young, promoted + MinorCollector.ScannedBytes, OldBytes);
        if (options.Stress.IsOn)
            nursery.Poison(nursery.Start, top);
        SetBuffer(nursery.Start, nursery.Start);
    }

    private void CollectAll(long started, IRootSource roots)
    {
        (uint left, uint leftTop) = (old.Bottom, old.Top);
        long before = OldBytes;
        uint target = stress.Target(ledger.FullCollections);
        old.Commit(target + old.Used);
        new FullCollector(Reader, old, large, cage.PermanentEnd).Collect(target, roots);
        policy.AfterFull(OldBytes, before);
        if (options.Stress.IsOn)
            old.Poison(target == left ? old.Top : left, leftTop);
        else
            Trim();
        ledger.RecordFull(Stopwatch.GetElapsedTime(started), OldBytes);
    }

    private void Trim()
    {
        long spare = policy.KeptBytes - OldBytes;
        old.Trim(spare);
        large.Trim(spare);
    }

    private long? CountYoungObjects(uint top)
    {
        if (!options.CountObjects)
            return null;
        long count = 0;
        for (uint offset = nursery.Start; offset < top; offset += Reader.Read(offset, top).Bytes)
            count++;
        return count;
    }
}
