using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The first half of a full collection: finds what is reachable among old and large objects, when the nursery is empty.
/// <para>
/// An object is marked when its reference leaves a short queue, not when it is found: in the first half of the queue the processor fetches the part of the map
/// that tells whether it is marked already, and only if not, in the second half, the object (Cher, Hosking and Vitek, "Software prefetching for mark-sweep garbage
/// collection", ASPLOS 2004). What comes from the stack may have been there for long and goes through a queue of its own. Each object is pushed at most once,
/// when it is marked, objects without references never, and arrays are scanned by slices; so the stack stays below half of the heap's size whatever the graph is.
/// </para>
/// <para>
/// The heap is hostile: each header is decoded within the bounds of its space before it is believed. A reference into the middle of a marked object is not
/// noticed here; it keeps pointing there.
/// </para>
/// </summary>
internal sealed unsafe class Marker(ObjectReader reader, OldSpace old, LargeObjectSpace large, LiveMap live, uint permanentEnd) : RootVisitor
{
    private const uint QueueLength = 32;
    private const uint ScansLength = 8;
    private const uint SliceElements = 256;
    private const uint SmallObject = 32;

    private struct Work
    {
        public uint Reference;

        /// <summary>End of the space the object lies in.</summary>
        public uint Limit;

        /// <summary>Of arrays: the first element not yet scanned.</summary>
        public uint Element;
    }

    private readonly byte* cageBase = reader.CageBase;
    private readonly LiveMap live = live;
    private readonly uint bottom = old.Bottom;
    private readonly uint top = old.Top;
    private readonly uint used = old.Used;
    private readonly uint[] queue = new uint[QueueLength];
    private uint queueHead, queueTail;
    private readonly Work[] scans = new Work[ScansLength];
    private uint scanHead, scanTail;
    private Work[] stack = new Work[256];
    private int depth;
    private uint holder;

    public void Mark(IRootSource roots)
    {
        roots.VisitRoots(this);
        do
            ScanStack();
        while (TryAdvance());
    }

    public override void Visit(uint* field) => Reach(*field);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanStack()
    {
        FieldVisitor visitor = new(this);
        while (depth > 0)
        {
            Work work = stack[--depth];
            Prefetch(work.Reference);
            scans[scanTail++ % ScansLength] = work;
            if (scanTail - scanHead == ScansLength)
                Scan(scans[scanHead++ % ScansLength], visitor);
        }
    }

    /// <summary>Goes on with what waits in the queues when nothing else is left: until there is something on the stack, as a list has one object at a time.</summary>
    /// <returns>False when nothing is left at all.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryAdvance()
    {
        FieldVisitor visitor = new(this);
        while (depth == 0 && scanHead != scanTail)
            Scan(scans[scanHead++ % ScansLength], visitor);
        while (depth == 0 && queueHead != queueTail)
            TakeOldest();
        return depth > 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Scan(Work work, FieldVisitor visitor)
    {
        holder = work.Reference;
        ObjectShape shape = reader.Decode(reader.ReadHeader(work.Reference), work.Reference, work.Limit);
        if (shape.Descriptor->Kind == ObjectKind.Array)
            ScanSlice(work, shape, visitor);
        else
            reader.VisitReferences(work.Reference, shape, visitor);
    }

    private void ScanSlice(Work work, ObjectShape shape, FieldVisitor visitor)
    {
        if (shape.Descriptor->ReferenceCount == 0 || work.Element >= shape.Length)
            return;
        uint end = Math.Min(shape.Length, work.Element + SliceElements);
        if (end < shape.Length)
            Push(work with { Element = end });
        reader.VisitElements(work.Reference, shape, work.Element, end, visitor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reach(uint reference)
    {
        if (reference - bottom < used)
        {
            if (reference % ObjectLayout.Alignment != 0)
                ThrowBadReference(reference, "is not aligned");
            Enqueue(reference);
        }
        else if (reference != 0)
        {
            ReachElsewhere(reference);
        }
    }

    /// <summary>
    /// Puts a reference to an old object into the queue, asks for the one in the middle, of which the map is there by now, unless it is marked, and marks
    /// the one that has been there for longest.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(uint reference)
    {
        live.Prefetch(reference);
        queue[queueTail++ % QueueLength] = reference;
        uint length = queueTail - queueHead;
        if (length < QueueLength / 2)
            return;
        uint middle = queue[(queueTail - QueueLength / 2) % QueueLength];
        if (!live.IsLive(middle))
            Prefetch(middle);
        if (length == QueueLength)
            TakeOldest();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TakeOldest()
    {
        uint oldest = queue[queueHead++ % QueueLength];
        if (!live.IsLive(oldest))
            MarkObject(oldest);
    }

    /// <summary>Fetches a small object, which may lie on two lines of the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(uint reference)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(cageBase + reference);
        Sse.Prefetch0(cageBase + reference + SmallObject);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void MarkObject(uint reference)
    {
        ObjectShape shape = reader.Decode(reader.ReadHeader(reference), reference, top);
        live.Mark(reference, shape.Bytes);
        if (shape.Descriptor->ReferenceCount != 0)
            Push(new Work { Reference = reference, Limit = top });
    }

    private void ReachElsewhere(uint reference)
    {
        if (large.TryMark(reference, out LargeObject found))
        {
            if (!found.IsMarked && found.HasReferences)
                Push(new Work { Reference = reference, Limit = found.End });
        }
        else
        {
            CheckPermanent(reference);
        }
    }

    private void Push(in Work work)
    {
        if (depth == stack.Length)
            Array.Resize(ref stack, 2 * stack.Length);
        stack[depth++] = work;
    }

    private void CheckPermanent(uint reference)
    {
        if (reference < CageLayout.PermanentStart || reference >= permanentEnd)
            ThrowBadReference(reference, "points neither to an object of the heap nor to the permanent area");
        if (reference % ObjectLayout.Alignment != 0)
            ThrowBadReference(reference, "is not aligned");
    }

    [DoesNotReturn]
    private void ThrowBadReference(uint reference, string what)
    {
        string where = holder == 0 ? "a root" : $"the object at 0x{holder:X8}";
        throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {where} {what}");
    }

    private readonly struct FieldVisitor(Marker marker) : IReferenceVisitor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Visit(uint* field) => marker.Reach(*field);
    }
}
