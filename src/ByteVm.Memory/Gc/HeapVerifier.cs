using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// Checks a whole heap and throws <see cref="HeapCorruptionException"/> at the first thing wrong. What it checks:
///   - HeapTop lies in the allocation buffer; [HeapTop, HeapLimit) is zero;
///   - from the bottom to HeapTop objects follow each other without gaps, each with a published type and a length that ends below HeapTop;
///   - every reference in an object and every root is null, the start of an object, or an object in the permanent area with a published type;
///   - the upper half of every root slot is zero.
/// Needs one bit per 8 bytes in use.
/// </summary>
public sealed unsafe class HeapVerifier : RootVisitor
{
    private readonly ObjectReader reader;
    private readonly uint bottom;
    private readonly uint top;
    private readonly uint permanentEnd;
    private readonly ulong[] starts;

    private HeapVerifier(Heap heap)
    {
        reader = heap.Reader;
        bottom = heap.Bottom;
        top = heap.CheckedTop();
        permanentEnd = heap.Cage.PermanentEnd;
        starts = new ulong[(top - bottom) / (8 * 64) + 1];
    }

    public static void Verify(Heap heap, IRootSource roots)
    {
        HeapVerifier verifier = new(heap);
        verifier.CheckBufferIsZero(heap.BufferEnd);
        verifier.MarkStarts();
        verifier.CheckReferences();
        roots.VisitRoots(verifier);
    }

    public override void Visit(uint* field)
    {
        if (*field != 0)
            CheckReference(*field, "a root");
    }

    private void CheckBufferIsZero(uint end)
    {
        int dirty = new ReadOnlySpan<byte>(reader.CageBase + top, (int)(end - top)).IndexOfAnyExcept((byte)0);
        if (dirty >= 0)
            throw new HeapCorruptionException(top + (uint)dirty, "memory handed out for allocation is not zero");
    }

    private void MarkStarts()
    {
        for (uint offset = bottom; offset < top; offset += reader.Read(offset, top).Bytes)
            starts[(offset - bottom) >> 9] |= Bit(offset);
    }

    private void CheckReferences()
    {
        for (uint offset = bottom; offset < top;)
        {
            ObjectShape shape = reader.Read(offset, top);
            FieldChecker checker = new(this, offset);
            reader.VisitReferences(offset, shape, ref checker);
            offset += shape.Bytes;
        }
    }

    private void CheckReference(uint reference, string holder)
    {
        if (reference >= bottom && reference < top)
        {
            if (reference % ObjectLayout.Alignment != 0 || (starts[(reference - bottom) >> 9] & Bit(reference)) == 0)
                throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {holder} is not the start of an object");
        }
        else if (reference >= CageLayout.PermanentStart && reference < permanentEnd && reference % ObjectLayout.Alignment == 0)
        {
            reader.Read(reference, permanentEnd);
        }
        else
        {
            throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {holder} points neither to the heap nor to the permanent area");
        }
    }

    private ulong Bit(uint offset) => 1UL << (int)((offset - bottom) >> 3);

    private readonly struct FieldChecker(HeapVerifier verifier, uint holder) : IReferenceVisitor
    {
        public void Visit(uint* field)
        {
            if (*field != 0)
                verifier.CheckReference(*field, $"the object at 0x{holder:X8}");
        }
    }
}
