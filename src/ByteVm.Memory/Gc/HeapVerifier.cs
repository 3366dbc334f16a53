using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// Checks a whole heap and throws <see cref="HeapCorruptionException"/> at the first thing wrong. What it checks:
///   - HeapTop lies in the allocation buffer; [HeapTop, HeapLimit) is zero;
///   - in the nursery up to HeapTop, and in the old space, objects follow each other without gaps, each with a published type and a length that ends
///     within the space; each large object has such a header, too;
///   - every reference in an object and every root is null, the start of an object, or an object in the permanent area with a published type;
///   - every reference from an old or large object to a young one lies on a dirty card: the write barrier was there;
///   - of each card of the old space the last object that starts in it is known;
///   - the upper half of every root slot is zero.
/// Needs one bit per 8 bytes in use.
/// </summary>
public sealed unsafe class HeapVerifier : RootVisitor
{
    private readonly Heap heap;
    private readonly ObjectReader reader;
    private readonly ObjectStarts young;
    private readonly ObjectStarts old;

    private HeapVerifier(Heap heap)
    {
        this.heap = heap;
        reader = heap.Reader;
        young = new ObjectStarts(heap.NurseryStart, heap.CheckedTop());
        old = new ObjectStarts(heap.Old.Bottom, heap.Old.Top);
    }

    public static void Verify(Heap heap, IRootSource roots)
    {
        HeapVerifier verifier = new(heap);
        verifier.CheckBufferIsZero();
        verifier.young.Read(verifier.reader);
        verifier.old.Read(verifier.reader);
        verifier.CheckStartTable();
        verifier.CheckReferences(verifier.young.Start, verifier.young.End, isOld: false);
        verifier.CheckReferences(verifier.old.Start, verifier.old.End, isOld: true);
        foreach (LargeObject large in heap.Large.Objects)
            verifier.CheckReferences(large.Start, large.End, isOld: true);
        roots.VisitRoots(verifier);
    }

    public override void Visit(uint* field)
    {
        if (*field != 0)
            CheckReference(*field, "a root");
    }

    private void CheckBufferIsZero()
    {
        int dirty = new ReadOnlySpan<byte>(reader.CageBase + young.End, (int)(heap.BufferEnd - young.End)).IndexOfAnyExcept((byte)0);
        if (dirty >= 0)
            throw new HeapCorruptionException(young.End + (uint)dirty, "memory handed out for allocation is not zero");
    }

    private void CheckStartTable()
    {
        uint last = old.Start;
        for (uint offset = old.Start; offset < old.End; offset += reader.Read(offset, old.End).Bytes)
        {
            uint card = offset & ~(CageLayout.CardBytes - 1);
            if (card > last && heap.Old.ObjectCovering(card, old.Start, old.Start) != last)
                throw new HeapCorruptionException(last, "the old space does not know that an object starts here");
            last = offset;
        }
    }

    private void CheckReferences(uint start, uint end, bool isOld)
    {
        for (uint offset = start; offset < end;)
        {
            ObjectShape shape = reader.Read(offset, end);
            FieldChecker checker = new(this, offset, isOld);
            reader.VisitReferences(offset, shape, checker);
            offset += shape.Bytes;
        }
    }

    private void CheckReference(uint reference, string holder)
    {
        if (young.Contains(reference) || old.Contains(reference))
        {
            if (!(young.Contains(reference) ? young : old).IsStart(reference))
                throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {holder} is not the start of an object");
        }
        else if (reference >= CageLayout.PermanentStart && reference < heap.Cage.PermanentEnd && reference % ObjectLayout.Alignment == 0)
        {
            reader.Read(reference, heap.Cage.PermanentEnd);
        }
        else if (!heap.Large.TryFind(reference, out _))
        {
            throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {holder} points neither to an object of the heap nor to the permanent area");
        }
    }

    private void CheckBarrier(uint field, uint reference, uint holder)
    {
        if (young.Contains(reference) && !heap.Cards.IsDirty(field))
            throw new HeapCorruptionException(field, $"the old object at 0x{holder:X8} refers to the young one at 0x{reference:X8} but its card is clean: a store without the write barrier");
    }

    private readonly struct FieldChecker(HeapVerifier verifier, uint holder, bool isOld) : IReferenceVisitor
    {
        public void Visit(uint* field)
        {
            if (*field == 0)
                return;
            verifier.CheckReference(*field, $"the object at 0x{holder:X8}");
            if (isOld)
                verifier.CheckBarrier((uint)((byte*)field - verifier.reader.CageBase), *field, holder);
        }
    }

    /// <summary>Where objects start in a part of the cage that they fill without gaps.</summary>
    private sealed class ObjectStarts(uint start, uint end)
    {
        private readonly ulong[] bits = new ulong[(end - start) / (8 * 64) + 1];

        public uint Start => start;

        public uint End => end;

        public bool Contains(uint reference) => reference >= start && reference < end;

        public bool IsStart(uint reference) => reference % ObjectLayout.Alignment == 0 && (bits[(reference - start) >> 9] & Bit(reference)) != 0;

        public void Read(ObjectReader reader)
        {
            for (uint offset = start; offset < end; offset += reader.Read(offset, end).Bytes)
                bits[(offset - start) >> 9] |= Bit(offset);
        }

        private ulong Bit(uint offset) => 1UL << (int)((offset - start) >> 3);
    }
}
