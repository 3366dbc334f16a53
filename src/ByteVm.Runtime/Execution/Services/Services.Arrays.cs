using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Services;

internal static unsafe partial class Services
{
    private static FaultKind ArrayCopy(in ServiceCall call)
    {
        if (call.Argument(0) == 0 || call.Argument(2) == 0)
            return FaultKind.NullReference;
        var source = new ArrayView(call, call.Argument(0));
        var target = new ArrayView(call, call.Argument(2));
        int from = (int)call.Argument(1), at = (int)call.Argument(3), count = (int)call.Argument(4);
        if (!ServiceCall.InRange(from, count, source.Length))
            return call.Fault(FaultKind.IndexOutOfBounds, $"{count} elements from {from}, length {source.Length}");
        if (!ServiceCall.InRange(at, count, target.Length))
            return call.Fault(FaultKind.IndexOutOfBounds, $"{count} elements to {at}, length {target.Length}");
        if (source.Descriptor->Size != target.Descriptor->Size)
            return FaultKind.InvalidCast;
        long bytes = (long)count * source.Descriptor->Size;
        if (!call.TryCharge(bytes))
            return FaultKind.OutOfFuel;
        Buffer.MemoryCopy(source.Element(from), target.Element(at), bytes, bytes);
        target.NoteStores(at, count);
        return FaultKind.None;
    }

    private static FaultKind ArrayFill(in ServiceCall call)
    {
        if (call.Argument(0) == 0)
            return FaultKind.NullReference;
        var array = new ArrayView(call, call.Argument(0));
        int from = (int)call.Argument(1), to = (int)call.Argument(2);
        if (from < 0 || to < from || to > array.Length)
            return call.Fault(FaultKind.IndexOutOfBounds, $"elements {from} to {to}, length {array.Length}");
        if (!call.TryCharge((long)(to - from) * array.Descriptor->Size))
            return FaultKind.OutOfFuel;
        StorageLayout element = call.Instance.Program.TypeAt((int)array.Descriptor->TypeIndex).Element!.Storage;
        if (element.IsSingle)
            Fill(array, from, to - from, call.Argument(3));
        else
            FillParts(call, array, from, to, element);
        array.NoteStores(from, to - from);
        return FaultKind.None;
    }

    private static void Fill(ArrayView array, int from, int count, long value)
    {
        byte* start = array.Element(from);
        switch (array.Descriptor->Size)
        {
            case 1: new Span<byte>(start, count).Fill((byte)value); break;
            case 2: new Span<short>(start, count).Fill((short)value); break;
            case 4: new Span<int>(start, count).Fill((int)value); break;
            case 8: new Span<long>(start, count).Fill(value); break;
            default: throw new InvalidOperationException($"array.fill does not know elements of {array.Descriptor->Size} bytes");
        }
    }

    /// <summary>Values of several parts, which lie in as many argument words: the first element part by part, then copies of it.</summary>
    private static void FillParts(in ServiceCall call, ArrayView array, int from, int to, StorageLayout element)
    {
        if (from == to)
            return;
        byte* first = array.Element(from);
        for (int i = 0; i < element.Leaves.Count; i++)
        {
            StorageLeaf leaf = element.Leaves[i];
            long part = call.Argument(3 + i);
            new ReadOnlySpan<byte>(&part, leaf.Type.Storage.Size).CopyTo(new Span<byte>(first + leaf.Offset, leaf.Type.Storage.Size));
        }

        for (int i = from + 1; i < to; i++)
            Buffer.MemoryCopy(first, array.Element(i), element.Size, element.Size);
    }

    /// <summary>An array that is not null, its header checked. Valid until the next allocation.</summary>
    private readonly ref struct ArrayView
    {
        private readonly byte* cageBase;
        private readonly uint elements;

        public ArrayView(in ServiceCall call, long reference)
        {
            Length = call.Instance.Objects.Length((uint)reference);
            cageBase = call.Instance.Cage.Base;
            Descriptor = call.Instance.Program.Metadata.Pointer<TypeDescriptor>(*(uint*)(cageBase + (uint)reference + ObjectLayout.TypeOffset));
            elements = (uint)reference + ObjectLayout.ArrayElementsOffset;
        }

        public TypeDescriptor* Descriptor { get; }

        public int Length { get; }

        public byte* Element(int index) => cageBase + elements + (long)index * Descriptor->Size;

        /// <summary>To be called after elements were written: the write barrier.</summary>
        public void NoteStores(int index, int count)
        {
            if (Descriptor->ReferenceCount != 0)
                ReferenceStore.MarkCards(cageBase, (uint)(elements + (long)index * Descriptor->Size), (long)count * Descriptor->Size);
        }
    }
}
