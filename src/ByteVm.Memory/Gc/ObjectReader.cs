using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>What a checked header says of its object.</summary>
internal readonly unsafe struct ObjectShape(TypeDescriptor* descriptor, uint bytes, uint length)
{
    public TypeDescriptor* Descriptor => descriptor;

    /// <summary>Header and padding included.</summary>
    public uint Bytes => bytes;

    /// <summary>Elements of an array, bytes of a string.</summary>
    public uint Length => length;
}

/// <summary>Does something with each reference field of an object.</summary>
internal unsafe interface IReferenceVisitor
{
    void Visit(uint* field);
}

/// <summary>
/// Reads objects out of memory that a guest may have written anything to. A header is read once, into a local; what it says
/// is believed only after its type is a published descriptor and its end lies at or below a bound the caller knows to be committed.
/// Hence whoever walks objects through this class stays inside the cage and the metadata region and moves on by at least a header.
/// </summary>
internal readonly unsafe struct ObjectReader(byte* cageBase, MetadataRegion metadata)
{
    public byte* CageBase => cageBase;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadHeader(uint offset) => *(ulong*)(cageBase + offset);

    /// <summary>Checks the header of the object at <paramref name="offset"/>, which must end at or below <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ObjectShape Decode(ulong header, uint offset, uint end)
    {
        uint second = (uint)(header >> 32);
        TypeDescriptor* descriptor = metadata.PublishedDescriptor((uint)header);
        if (descriptor == null)
            ThrowUnknownType(offset, (uint)header);
        long bytes = descriptor->Kind == ObjectKind.Instance ? descriptor->Size : VariableBytes(descriptor, second, offset);
        if (bytes > (long)end - offset)
            ThrowTooLong(offset, bytes, end);
        return new ObjectShape(descriptor, (uint)bytes, second);
    }

    /// <summary>The metadata offset of a published descriptor.</summary>
    public uint OffsetOf(TypeDescriptor* descriptor) => (uint)((byte*)descriptor - metadata.Base);

    /// <summary>The published descriptor at an offset the host itself supplies.</summary>
    public TypeDescriptor* Descriptor(uint typeOffset)
    {
        TypeDescriptor* descriptor = metadata.PublishedDescriptor(typeOffset);
        return descriptor == null ? throw new ArgumentException($"no published type descriptor at metadata offset 0x{typeOffset:X}") : descriptor;
    }

    public ObjectShape Read(uint offset, uint end)
    {
        if (offset > end || end - offset < ObjectLayout.HeaderBytes)
            ThrowTooLong(offset, ObjectLayout.HeaderBytes, end);
        return Decode(ReadHeader(offset), offset, end);
    }

    /// <summary>Visits the reference fields of a checked object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void VisitReferences<TVisitor>(uint offset, ObjectShape shape, TVisitor visitor) where TVisitor : struct, IReferenceVisitor
    {
        if (shape.Descriptor->ReferenceCount == 0)
            return;
        if (shape.Descriptor->Kind == ObjectKind.Instance)
            VisitMapped(cageBase + offset, shape.Descriptor, visitor);
        else
            VisitElements(offset, shape, 0, shape.Length, visitor);
    }

    /// <summary>
    /// Visits the reference fields of a checked object that lie in [<paramref name="start"/>, <paramref name="end"/>), and maybe others of the
    /// same element of an array. Of an instance no more: what lies outside has likely not been fetched.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void VisitReferencesBetween<TVisitor>(uint offset, ObjectShape shape, uint start, uint end, TVisitor visitor) where TVisitor : struct, IReferenceVisitor
    {
        if (shape.Descriptor->ReferenceCount == 0)
            return;
        if (shape.Descriptor->Kind == ObjectKind.Instance)
        {
            VisitMappedBetween(offset, shape.Descriptor, start, end, visitor);
            return;
        }

        uint elements = offset + ObjectLayout.ArrayElementsOffset, stride = shape.Descriptor->Size;
        uint first = start <= elements ? 0 : (start - elements) / stride;
        uint last = end <= elements ? 0 : (end - elements - 1) / stride + 1;
        VisitElements(offset, shape, first, Math.Min(last, shape.Length), visitor);
    }

    /// <summary>Visits the references in elements [<paramref name="first"/>, <paramref name="last"/>) of a checked array.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void VisitElements<TVisitor>(uint offset, ObjectShape shape, uint first, uint last, TVisitor visitor) where TVisitor : struct, IReferenceVisitor
    {
        uint stride = shape.Descriptor->Size;
        byte* element = cageBase + offset + ObjectLayout.ArrayElementsOffset + (long)first * stride;
        byte* end = element + ((long)last - first) * stride;
        if (stride == ObjectLayout.ReferenceBytes)
        {
            for (; element < end; element += ObjectLayout.ReferenceBytes)
                visitor.Visit((uint*)element);
        }
        else
        {
            for (; element < end; element += stride)
                VisitMapped(element, shape.Descriptor, visitor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void VisitMapped<TVisitor>(byte* start, TypeDescriptor* descriptor, TVisitor visitor) where TVisitor : struct, IReferenceVisitor
    {
        uint* map = (uint*)((byte*)descriptor + descriptor->ReferenceMapOffset);
        uint count = descriptor->ReferenceCount;
        for (uint i = 0; i < count; i++)
            visitor.Visit((uint*)(start + map[i]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void VisitMappedBetween<TVisitor>(uint offset, TypeDescriptor* descriptor, uint start, uint end, TVisitor visitor) where TVisitor : struct, IReferenceVisitor
    {
        uint* map = (uint*)((byte*)descriptor + descriptor->ReferenceMapOffset);
        uint count = descriptor->ReferenceCount;
        for (uint i = 0; i < count; i++)
        {
            uint field = offset + map[i];
            if (field - start < end - start)
                visitor.Visit((uint*)(cageBase + field));
        }
    }

    private static long VariableBytes(TypeDescriptor* descriptor, uint length, uint offset)
    {
        if (length > int.MaxValue)
            throw new HeapCorruptionException(offset, $"length 0x{length:X8} is negative");
        return descriptor->Kind == ObjectKind.Array
            ? ObjectLayout.ArrayBytes(length, (int)descriptor->Size)
            : ObjectLayout.StringBytes(length);
    }

    [DoesNotReturn]
    private static void ThrowUnknownType(uint offset, uint type) =>
        throw new HeapCorruptionException(offset, $"type word 0x{type:X8} is not the offset of a published type descriptor");

    [DoesNotReturn]
    private static void ThrowTooLong(uint offset, long bytes, uint end) =>
        throw new HeapCorruptionException(offset, $"an object of {bytes:N0} bytes would reach beyond the end of its space, 0x{end:X8}");
}
