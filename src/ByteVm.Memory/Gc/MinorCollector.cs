using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// A minor collection: young objects that are reached are copied behind the old ones, all others are gone. That few young objects live long
/// is what makes it worth it (Ungar, "Generation scavenging", SDE 1984). Its roots are those of the instance and the references in dirty
/// cards; nothing else that is old is read. The copying is Cheney's, "A nonrecursive list compacting algorithm" (CACM 13(11), 1970): what was
/// promoted is itself the work list:
/// <code>
///   old space:  bottom ................ promoted ........ scan ........ free
///               old before: only dirty  black: fields     grey: copied,
///               cards are scanned       all forwarded     fields old
/// </code>
/// Invariants:
///   (1) below scan no reference points to the nursery, but for clean cards, which hold none by the barrier's invariant;
///   (2) a nursery object is white (never reached) or its header is a forwarding address into [promoted, free);
///   (3) free - promoted never exceeds the bytes used in the nursery, as each object is copied at most once.
/// It ends when scan meets free. All survivors are old then, so that every card is clean.
///
/// The heap is hostile: guest code may have been led astray or a worker process taken over. (2) and (3) are therefore checked, not assumed, each
/// header is believed only after <see cref="ObjectReader"/> checked it, and scan advances by at least a header per step; so a collection of any
/// bytes whatever ends, reads and writes only committed cage memory, and throws when they are no heap. A card is a hint: forged dirty it costs
/// time, forged clean it leaves a reference of the guest's behind that dangles, which every later reader checks as it checks all others.
///
/// The hot methods ask for full optimization at once: a short program's only collections would otherwise run in unoptimized code.
/// </summary>
internal sealed unsafe class MinorCollector(ObjectReader reader, OldSpace old, LargeObjectSpace large, CardTable cards, uint nurseryStart) : RootVisitor
{
    private const int RunsAtOnce = 256;
    private const int RunsAhead = 16;

    private readonly byte* cageBase = reader.CageBase;
    private readonly CardRun[] runs = new CardRun[RunsAtOnce];

    /// <summary>Of each run: the object that lies where it begins.</summary>
    private readonly uint[] coverings = new uint[RunsAtOnce];
    private readonly uint nurseryStart = nurseryStart;
    private readonly uint nurseryRoom = old.Start - nurseryStart;
    private uint used;
    private uint promoted;
    private uint scan;
    private uint free;
    private uint holder;

    /// <summary>Bytes of dirty cards that the last collection found.</summary>
    public long ScannedBytes { get; private set; }

    /// <summary>
    /// Promotes what is reachable in [nurseryStart, <paramref name="top"/>), for all of which the old space has room. When it throws the heap is
    /// half moved and lost.
    /// </summary>
    public void Collect(uint top, IRootSource roots)
    {
        used = top - nurseryStart;
        promoted = scan = free = old.Top;
        holder = 0;
        ScannedBytes = 0;
        roots.VisitRoots(this);
        ScanDirtyCards();
        ScanPromoted();
        old.Top = free;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Visit(uint* field)
    {
        uint reference = *field;
        if (reference - nurseryStart < nurseryRoom)
            *field = Evacuate(reference);
    }

    private void ScanDirtyCards()
    {
        ScanDirtyCards(old.Bottom, promoted, isOne: false);
        foreach (LargeObject candidate in large.Objects)
        {
            if (candidate.HasReferences)
                ScanDirtyCards(candidate.Start, candidate.End, isOne: true);
        }
    }

    /// <param name="start">First of the objects.</param>
    /// <param name="limit">End of the last.</param>
    /// <param name="isOne">Whether it is one object alone.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanDirtyCards(uint start, uint limit, bool isOne)
    {
        CardRun known = new(start, start);
        uint covering = start;
        for (uint cursor = start; cursor < limit;)
        {
            int found = cards.Clean(ref cursor, limit, runs);
            FindCovering(runs.AsSpan(0, found), isOne, ref known, ref covering);
            for (int i = 0; i < found; i++)
            {
                if (i + RunsAhead < found)
                    Prefetch(coverings[i + RunsAhead], runs[i + RunsAhead].Start);
                ScanBetween(coverings[i], runs[i].Start, runs[i].End, limit);
            }
        }
    }

    /// <summary>
    /// Finds the objects that lie where runs begin. Dirty cards lie anywhere, so all that is read for them is asked for some time before: first the
    /// table of starts, then the headers and the cards.
    /// </summary>
    /// <param name="known">The last run before these.</param>
    /// <param name="covering">The object that lies where it begins.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindCovering(ReadOnlySpan<CardRun> found, bool isOne, ref CardRun known, ref uint covering)
    {
        for (int i = 0; i < found.Length; i++)
            old.PrefetchStart(found[i].Start);
        for (int i = 0; i < found.Length; i++)
        {
            if (!isOne)
                covering = old.ObjectCovering(found[i].Start, known.Start, covering);
            known = found[i];
            coverings[i] = covering;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(uint covering, uint card)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(cageBase + covering);
        Sse.Prefetch0(cageBase + card);
        Sse.Prefetch0(cageBase + card + CageLayout.CardBytes / 2);
    }

    /// <summary>Forwards the references in [<paramref name="start"/>, <paramref name="end"/>).</summary>
    /// <param name="covering">The object that lies at start.</param>
    /// <param name="limit">End of all objects.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void ScanBetween(uint covering, uint start, uint end, uint limit)
    {
        FieldVisitor visitor = new(this);
        ScannedBytes += end - start;
        for (uint offset = covering; offset < end;)
        {
            holder = offset;
            ObjectShape shape = reader.Decode(reader.ReadHeader(offset), offset, limit);
            reader.VisitReferencesBetween(offset, shape, start, end, visitor);
            offset += shape.Bytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanPromoted()
    {
        FieldVisitor visitor = new(this);
        while (scan < free)
        {
            holder = scan;
            ObjectShape shape = reader.Decode(reader.ReadHeader(scan), scan, free);
            reader.VisitReferences(scan, shape, visitor);
            scan += shape.Bytes;
        }
    }

    /// <summary>The new place of the young object at <paramref name="reference"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private uint Evacuate(uint reference)
    {
        if (reference - nurseryStart >= used)
            ThrowBadReference(reference, "points neither to an object of the heap nor to the permanent area");
        if (reference % ObjectLayout.Alignment != 0)
            ThrowBadReference(reference, "is not aligned");
        ulong header = reader.ReadHeader(reference);
        return (header & ObjectLayout.ForwardedBit) != 0 ? CheckForwarded(reference, (uint)(header >> 32)) : Copy(reference, header);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Copy(uint reference, ulong header)
    {
        ObjectShape shape = reader.Decode(header, reference, nurseryStart + used);
        uint copy = free;
        if (shape.Bytes > used - (copy - promoted))
            throw new HeapCorruptionException(reference, "more bytes are reachable than were allocated: objects overlap");

        ObjectCopy.Words(cageBase + reference, cageBase + copy, shape.Bytes);
        *(ulong*)(cageBase + copy) = header;
        *(ulong*)(cageBase + reference) = ObjectLayout.ForwardedBit | (ulong)copy << 32;
        old.RecordStart(copy);
        free = copy + shape.Bytes;
        return copy;
    }

    private uint CheckForwarded(uint reference, uint copy)
    {
        if (copy < promoted || copy >= free || copy % ObjectLayout.Alignment != 0)
            throw new HeapCorruptionException(reference, $"the header is a forwarding address, 0x{copy:X8}, that this collection did not write");
        return copy;
    }

    [DoesNotReturn]
    private void ThrowBadReference(uint reference, string what)
    {
        string where = holder == 0 ? "a root" : $"the object now at 0x{holder:X8}";
        throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {where} {what}");
    }

    private readonly struct FieldVisitor(MinorCollector collector) : IReferenceVisitor
    {
        private readonly MinorCollector collector = collector;
        private readonly uint nurseryStart = collector.nurseryStart;
        private readonly uint nurseryRoom = collector.nurseryRoom;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Visit(uint* field)
        {
            uint reference = *field;
            if (reference - nurseryStart < nurseryRoom)
                *field = collector.Evacuate(reference);
        }
    }
}
