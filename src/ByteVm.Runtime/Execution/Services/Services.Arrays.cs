using System.Runtime.InteropServices;
using ByteVm.Memory;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Services;

internal static unsafe partial class Services
{
    private static FaultKind ArrayCopy(in ServiceCall call)
    {
        uint from = (uint)call.Argument(0), to = (uint)call.Argument(2);
        if (from == 0 || to == 0)
            return FaultKind.NullReference;
        ArrayElements source = call.Instance.Objects.Array(from), target = call.Instance.Objects.Array(to);
        int first = (int)call.Argument(1), at = (int)call.Argument(3), count = (int)call.Argument(4);
        if (!ServiceCall.InRange(first, count, source.Length))
            return call.Fault(FaultKind.IndexOutOfBounds, $"{count} elements from {first}, length {source.Length}");
        if (!ServiceCall.InRange(at, count, target.Length))
            return call.Fault(FaultKind.IndexOutOfBounds, $"{count} elements to {at}, length {target.Length}");
        if (source.ElementBytes != target.ElementBytes)
            return FaultKind.InvalidCast;
        if (!call.TryCharge((long)count * source.ElementBytes))
            return FaultKind.OutOfFuel;
        source.Bytes(first, count).CopyTo(target.Bytes(at, count));
        NoteStores(call, target, at, count);
        return FaultKind.None;
    }

    private static FaultKind ArrayFill(in ServiceCall call)
    {
        uint reference = (uint)call.Argument(0);
        if (reference == 0)
            return FaultKind.NullReference;
        ArrayElements array = call.Instance.Objects.Array(reference);
        int from = (int)call.Argument(1), to = (int)call.Argument(2);
        if (from < 0 || to < from || to > array.Length)
            return call.Fault(FaultKind.IndexOutOfBounds, $"elements {from} to {to}, length {array.Length}");
        if (!call.TryCharge((long)(to - from) * array.ElementBytes))
            return FaultKind.OutOfFuel;
        StorageLayout element = call.Instance.Program.TypeAt(array.TypeIndex).Element!.Storage;
        if (element.IsSingle)
            Fill(array.Bytes(from, to - from), array.ElementBytes, call.Argument(3));
        else
            FillParts(call, array.Bytes(from, to - from), element);
        NoteStores(call, array, from, to - from);
        return FaultKind.None;
    }

    private static void Fill(Span<byte> elements, int elementBytes, long value)
    {
        switch (elementBytes)
        {
            case 1: elements.Fill((byte)value); break;
            case 2: MemoryMarshal.Cast<byte, short>(elements).Fill((short)value); break;
            case 4: MemoryMarshal.Cast<byte, int>(elements).Fill((int)value); break;
            case 8: MemoryMarshal.Cast<byte, long>(elements).Fill(value); break;
            default: throw new InvalidOperationException($"array.fill does not know elements of {elementBytes} bytes");
        }
    }

    /// <summary>Values of several parts, which lie in as many argument words: the first element part by part, then copies of it.</summary>
    private static void FillParts(in ServiceCall call, Span<byte> elements, StorageLayout element)
    {
        if (elements.IsEmpty)
            return;
        Span<byte> first = elements[..element.Size];
        for (int i = 0; i < element.Leaves.Count; i++)
        {
            StorageLeaf leaf = element.Leaves[i];
            long part = call.Argument(3 + i);
            new ReadOnlySpan<byte>(&part, leaf.Type.Storage.Size).CopyTo(first[leaf.Offset..]);
        }

        for (int at = element.Size; at < elements.Length; at += element.Size)
            first.CopyTo(elements[at..]);
    }

    /// <summary>The write barrier of elements that were written.</summary>
    private static void NoteStores(in ServiceCall call, in ArrayElements array, int index, int count)
    {
        if (array.HoldReferences)
            ReferenceStore.MarkCards(call.Instance.Cage.Base, array.Offset(index), (long)count * array.ElementBytes);
    }
}
