using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// One copying collection after Cheney, "A nonrecursive list compacting algorithm" (CACM 13(11), 1970).
/// Objects reachable from the roots are copied from from-space to to-space, and to-space itself is the work list:
/// <code>
///   to-space:  bottom ........ scan ........ free
///              black: fields   grey: copied,  not yet
///              all forwarded   fields old     used
/// </code>
/// Invariants:
///   (1) below scan every reference points to to-space, to the permanent area, or is null;
///   (2) a from-space object is white (never reached) or its header is a forwarding address into [bottom, free);
///   (3) free - bottom never exceeds the bytes used in from-space, as each object is copied at most once.
/// It ends when scan meets free: all reachable objects are then black.
///
/// The heap is hostile: guest code may have been led astray or a worker process taken over. (2) and (3) are therefore checked, not
/// assumed, each header is believed only after <see cref="ObjectReader"/> checked it, and scan advances by at least a header
/// per step; so a collection of any bytes whatever ends, reads and writes only committed cage memory, and throws when they are no heap.
///
/// The hot methods ask for full optimization at once: a short program's only collections would otherwise run in unoptimized code.
/// </summary>
internal sealed unsafe class Collector(ObjectReader reader, uint permanentEnd) : RootVisitor
{
    private readonly byte* cageBase = reader.CageBase;
    private uint fromBottom;
    private uint fromTop;
    private uint toBottom;
    private uint scan;
    private uint free;
    private bool inRoots;

    /// <summary>
    /// Copies what is reachable out of [<paramref name="bottom"/>, <paramref name="top"/>) to <paramref name="target"/> and up, where as many
    /// bytes are committed. When it throws the heap is half moved and lost.
    /// </summary>
    /// <returns>End of the copied objects.</returns>
    public uint Collect(uint bottom, uint top, uint target, IRootSource roots)
    {
        (fromBottom, fromTop, toBottom, scan, free) = (bottom, top, target, target, target);
        inRoots = true;
        roots.VisitRoots(this);
        inRoots = false;
        ScanCopied();
        return free;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Visit(uint* field)
    {
        uint reference = *field;
        if (reference != 0)
            *field = Evacuate(reference);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanCopied()
    {
        FieldVisitor visitor = new(this);
        while (scan < free)
        {
            ObjectShape shape = reader.Decode(reader.ReadHeader(scan), scan, free);
            reader.VisitReferences(scan, shape, ref visitor);
            scan += shape.Bytes;
        }
    }

    /// <summary>The new place of the object at <paramref name="reference"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Evacuate(uint reference)
    {
        if (reference - fromBottom >= fromTop - fromBottom)
            return CheckPermanent(reference);
        if (reference % ObjectLayout.Alignment != 0)
            ThrowBadReference(reference, "is not aligned");
        ulong header = reader.ReadHeader(reference);
        return (header & ObjectLayout.ForwardedBit) != 0 ? CheckForwarded(reference, (uint)(header >> 32)) : Copy(reference, header);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint Copy(uint reference, ulong header)
    {
        ObjectShape shape = reader.Decode(header, reference, fromTop);
        uint copy = free;
        if (shape.Bytes > fromTop - fromBottom - (copy - toBottom))
            throw new HeapCorruptionException(reference, "more bytes are reachable than were allocated: objects overlap");

        CopyBytes(cageBase + reference, cageBase + copy, shape.Bytes);
        *(ulong*)(cageBase + copy) = header;
        *(ulong*)(cageBase + reference) = ObjectLayout.ForwardedBit | (ulong)copy << 32;
        free = copy + shape.Bytes;
        return copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyBytes(byte* source, byte* target, uint bytes)
    {
        const uint shortest = 128;
        if (bytes > shortest)
        {
            Buffer.MemoryCopy(source, target, bytes, bytes);
            return;
        }
        for (uint i = 0; i < bytes; i += sizeof(ulong))
            *(ulong*)(target + i) = *(ulong*)(source + i);
    }

    private uint CheckForwarded(uint reference, uint copy)
    {
        if (copy < toBottom || copy >= free || copy % ObjectLayout.Alignment != 0)
            throw new HeapCorruptionException(reference, $"the header is a forwarding address, 0x{copy:X8}, that this collection did not write");
        return copy;
    }

    private uint CheckPermanent(uint reference)
    {
        if (reference < CageLayout.PermanentStart || reference >= permanentEnd)
            ThrowBadReference(reference, "points neither to the heap nor to the permanent area");
        if (reference % ObjectLayout.Alignment != 0)
            ThrowBadReference(reference, "is not aligned");
        return reference;
    }

    [DoesNotReturn]
    private void ThrowBadReference(uint reference, string what)
    {
        string holder = inRoots ? "a root" : $"the object now at 0x{scan:X8}";
        throw new HeapCorruptionException(reference, $"reference 0x{reference:X8} in {holder} {what}");
    }

    private readonly struct FieldVisitor(Collector collector) : IReferenceVisitor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Visit(uint* field)
        {
            uint reference = *field;
            if (reference != 0)
                *field = collector.Evacuate(reference);
        }
    }
}
