using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The second half of a full collection: moves the marked old objects together, in their order, and updates every reference to them. One pass over the live
/// objects does both, as the new places are computed from <see cref="LiveMap"/> alone (Kermany and Petrank, "The Compressor: concurrent, incremental, and
/// parallel compaction", PLDI 2006; the order-keeping slide is LISP2's, Cohen and Nicolau, "Comparison of compacting algorithms for garbage
/// collection", TOPLAS 5(4), 1983). Sliding needs no second space, so the old space never takes more than its objects did, and keeps objects that were
/// allocated together together.
/// <para>
/// What the map says of a reference is mostly in no cache, and would be all that the pass waits for. So a reference in an object is changed only when
/// some others have been found after it: an object moves first, and its fields are changed where they lie then.
/// </para>
/// <para>
/// Invariant: the objects before the cursor lie in [target, free), and free is the new place of the cursor's object. When the target is not above the bottom
/// of the space no object moves up, so none is overwritten before it has moved; under stress the target is an area apart.
/// </para>
/// <para>The heap is hostile: an object that does not begin where the map says, because objects overlap or change meanwhile, ends the collection.</para>
/// </summary>
internal sealed unsafe class Compactor(ObjectReader reader, OldSpace old, LargeObjectSpace large, LiveMap live) : RootVisitor
{
    private const uint MostPending = 32;

    /// <summary>A field and the reference that was found there: read once, as the heap may be changed by whom nobody trusts.</summary>
    private struct PendingUpdate
    {
        public uint* Field;
        public uint Reference;
    }

    private readonly byte* cageBase = reader.CageBase;
    private readonly LiveMap live = live;
    private readonly uint bottom = old.Bottom;
    private readonly uint top = old.Top;
    private readonly uint used = old.Used;
    private readonly PendingUpdate[] pending = new PendingUpdate[MostPending];
    private uint pendingIndex;

    /// <summary>Moves all marked objects to <paramref name="target"/> and up, where the memory is committed.</summary>
    public void Compact(uint target, IRootSource roots)
    {
        uint end = target + live.Place(target);
        roots.VisitRoots(this);
        UpdateLargeObjects();
        old.ForgetStarts(bottom, top);
        old.ForgetStarts(target, end);
        uint free = Slide(target, end);
        UpdatePending();
        old.Replace(target, free);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Visit(uint* field)
    {
        uint reference = *field;
        if (reference - bottom < used)
            *field = live.NewPlace(reference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void UpdateLater(uint* field)
    {
        uint reference = *field;
        if (reference - bottom >= used)
            return;
        live.Prefetch(reference);
        Replace(new PendingUpdate { Field = field, Reference = reference });
    }

    /// <summary>Takes the place of the update that has been pending for longest, and does that one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Replace(in PendingUpdate update)
    {
        ref PendingUpdate slot = ref pending[pendingIndex++ % MostPending];
        if (slot.Field != null)
            *slot.Field = live.NewPlace(slot.Reference);
        slot = update;
    }

    private void UpdatePending()
    {
        for (int i = 0; i < MostPending; i++)
            Replace(default);
    }

    private void UpdateLargeObjects()
    {
        FieldVisitor visitor = new(this);
        foreach (LargeObject holder in large.Objects)
        {
            if (holder is { IsMarked: true, HasReferences: true })
                reader.VisitReferences(holder.Start, reader.Read(holder.Start, holder.End), visitor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint Slide(uint target, uint end)
    {
        FieldVisitor visitor = new(this);
        uint free = target;
        for (uint cursor = live.NextLive(bottom); cursor < top;)
        {
            ulong header = reader.ReadHeader(cursor);
            ObjectShape shape = reader.Decode(header, cursor, top);
            if (free != live.NewPlace(cursor) || shape.Bytes > end - free)
                throw new HeapCorruptionException(cursor, "an object does not begin where it was marked: objects overlap or change");
            if (free != cursor)
                ObjectCopy.Words(cageBase + cursor, cageBase + free, shape.Bytes);
            reader.VisitReferences(free, shape, visitor);
            old.RecordStart(free);
            free += shape.Bytes;
            cursor = live.NextLive(cursor + shape.Bytes);
        }

        return free;
    }

    private readonly struct FieldVisitor(Compactor compactor) : IReferenceVisitor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Visit(uint* field) => compactor.UpdateLater(field);
    }
}
