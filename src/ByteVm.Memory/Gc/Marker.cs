using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The first half of a full collection: finds what is reachable among old and large objects, when the nursery is empty.
/// <para>
/// Objects are marked when they leave a short queue, not when they are found: between the two the processor fetches their headers
/// (Cher, Hosking and Vitek, "Software prefetching for mark-sweep garbage collection", ASPLOS 2004). Each object is pushed at most once, when it is
/// marked, objects without references never, and arrays are scanned by slices; so the stack stays below half of the heap's size whatever the graph is.
/// </para>
/// <para>
/// The heap is hostile: each header is decoded within the bounds of its space before it is believed. A reference into the middle of a marked object is not
/// noticed here; it keeps pointing there.
/// </para>
/// </summary>
internal sealed unsafe class Marker(ObjectReader reader, OldSpace old, LargeObjectSpace large, LiveMap live, uint permanentEnd) : RootVisitor
{
    private const int QueueLength = 16;
    private const uint SliceElements = 256;

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
    private int queueIndex;
    private Work[] stack = new Work[256];
    private int depth;
    private uint holder;

    public void Mark(IRootSource roots)
    {
        roots.VisitRoots(this);
        do
        {
            ScanStack();
            DrainQueue();
        }
        while (depth > 0);
    }

    public override void Visit(uint* field) => Reach(*field);

    private void ScanStack()
    {
        FieldVisitor visitor = new(this);
        while (depth > 0)
            Scan(stack[--depth], visitor);
    }

    private void DrainQueue()
    {
        for (int i = 0; i < QueueLength; i++)
            Enqueue(0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            if (!live.IsLive(reference))
                Enqueue(reference);
        }
        else if (reference != 0)
        {
            ReachElsewhere(reference);
        }
    }

    /// <summary>Puts a reference, or none (0), into the queue and marks the object that was put there longest ago.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(uint reference)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(cageBase + reference);
        ref uint slot = ref queue[queueIndex++ % QueueLength];
        uint oldest = slot;
        slot = reference;
        if (oldest != 0 && !live.IsLive(oldest))
            MarkObject(oldest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
