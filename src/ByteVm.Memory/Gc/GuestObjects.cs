using System.Text;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The host's hands in a guest's heap: strings and arrays by reference. Every call reads the header once, checks it against the published
/// descriptors and the committed part of the cage, and only then uses it; whatever the guest wrote, no span leaves the cage.
/// Spans are valid until the next allocation or collection.
/// </summary>
public sealed unsafe class GuestObjects(Heap heap)
{
    /// <summary>The UTF-8 bytes of a string.</summary>
    public ReadOnlySpan<byte> StringBytes(uint reference)
    {
        ObjectShape shape = Shape(reference, ObjectKind.String);
        return new ReadOnlySpan<byte>(Address(reference) + ObjectLayout.StringBytesOffset, (int)shape.Length);
    }

    /// <summary>A string as a .NET string; bytes that are no UTF-8 become U+FFFD.</summary>
    public string String(uint reference) => Encoding.UTF8.GetString(StringBytes(reference));

    /// <summary>Elements of an array, bytes of a string.</summary>
    public int Length(uint reference) => (int)Shape(reference).Length;

    /// <summary>An array of any kind of elements.</summary>
    internal ArrayElements Array(uint reference)
    {
        ObjectShape shape = Shape(reference, ObjectKind.Array);
        return new ArrayElements(Address(reference) + ObjectLayout.ArrayElementsOffset, reference + ObjectLayout.ArrayElementsOffset, shape);
    }

    /// <summary>Metadata offset of an object's published type descriptor.</summary>
    internal uint TypeOffset(uint reference) => heap.Reader.OffsetOf(Shape(reference).Descriptor);

    /// <summary>Where a string keeps its hash, computed once; 0 until then.</summary>
    internal ref uint HashCell(uint text)
    {
        _ = Shape(text, ObjectKind.String);
        return ref *(uint*)(Address(text) + ObjectLayout.StringHashOffset);
    }

    /// <summary>Where an object that is neither string nor array keeps its identity hash; 0 until it has one.</summary>
    internal ref uint IdentityCell(uint reference)
    {
        _ = Shape(reference, ObjectKind.Instance);
        return ref *(uint*)(Address(reference) + ObjectLayout.IdentityHashOffset);
    }

    /// <summary>A reference field of an object that is neither string nor array.</summary>
    /// <param name="offset">From the object's start.</param>
    /// <exception cref="HeapCorruptionException">It is no object that has such a field.</exception>
    internal uint ReferenceField(uint reference, int offset) => *Field(reference, offset);

    /// <summary>Stores into a field as of <see cref="ReferenceField"/>.</summary>
    internal void SetReferenceField(uint reference, int offset, uint value)
    {
        _ = Field(reference, offset);
        ReferenceStore.Store(heap.Cage.Base, reference + (uint)offset, value);
    }

    /// <summary>The elements of an array without references, as values of exactly the element's size.</summary>
    public Span<T> Elements<T>(uint reference) where T : unmanaged
    {
        ObjectShape shape = Shape(reference, ObjectKind.Array);
        if (shape.Descriptor->Size != sizeof(T) || shape.Descriptor->ReferenceCount != 0)
            throw new ArgumentException($"the array at 0x{reference:X8} does not hold pointer-free elements of {sizeof(T)} bytes", nameof(reference));
        return new Span<T>(Address(reference) + ObjectLayout.ArrayElementsOffset, (int)shape.Length);
    }

    /// <summary>The elements of an array of references. To store one, use <see cref="SetReference"/>.</summary>
    public ReadOnlySpan<uint> References(uint reference)
    {
        ObjectShape shape = ReferenceArray(reference);
        return new ReadOnlySpan<uint>(Address(reference) + ObjectLayout.ArrayElementsOffset, (int)shape.Length);
    }

    /// <summary>Stores a reference into an array of references.</summary>
    public void SetReference(uint array, int index, uint value)
    {
        ObjectShape shape = ReferenceArray(array);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, shape.Length);
        ReferenceStore.Store(heap.Cage.Base, array + ObjectLayout.ArrayElementsOffset + (uint)index * ObjectLayout.ReferenceBytes, value);
    }

    /// <summary>A new string. May collect.</summary>
    /// <param name="stringType">Metadata offset of the program's string descriptor.</param>
    /// <param name="utf8">The bytes; must not lie in this heap, whose objects may move.</param>
    /// <param name="roots">Presents what must survive.</param>
    /// <returns>The reference, or 0 when the memory limit would be exceeded.</returns>
    public uint NewString(uint stringType, ReadOnlySpan<byte> utf8, IRootSource roots)
    {
        uint reference = heap.AllocateSlow(stringType, (uint)utf8.Length, ObjectLayout.StringBytes(utf8.Length), roots);
        if (reference != 0)
            utf8.CopyTo(new Span<byte>(Address(reference) + ObjectLayout.StringBytesOffset, utf8.Length));
        return reference;
    }

    /// <summary>A new array of zeroes or nulls. May collect.</summary>
    /// <returns>The reference, or 0 when the memory limit would be exceeded.</returns>
    public uint NewArray(uint arrayType, int length, IRootSource roots)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        TypeDescriptor* descriptor = heap.Reader.Descriptor(arrayType);
        if (descriptor->Kind != ObjectKind.Array)
            throw new ArgumentException($"metadata offset 0x{arrayType:X} is not an array type", nameof(arrayType));
        return heap.AllocateSlow(arrayType, (uint)length, ObjectLayout.ArrayBytes(length, (int)descriptor->Size), roots);
    }

    private uint* Field(uint reference, int offset)
    {
        ObjectShape shape = Shape(reference, ObjectKind.Instance);
        return offset >= ObjectLayout.HeaderBytes && offset + ObjectLayout.ReferenceBytes <= shape.Bytes
            ? (uint*)(Address(reference) + offset)
            : throw new HeapCorruptionException(reference, $"the object has no field at {offset}");
    }

    private byte* Address(uint reference) => heap.Cage.Base + reference;

    private ObjectShape ReferenceArray(uint reference)
    {
        ObjectShape shape = Shape(reference, ObjectKind.Array);
        if (shape.Descriptor->Size != ObjectLayout.ReferenceBytes || shape.Descriptor->ReferenceCount != 1)
            throw new ArgumentException($"the array at 0x{reference:X8} does not hold references", nameof(reference));
        return shape;
    }

    private ObjectShape Shape(uint reference, ObjectKind kind)
    {
        ObjectShape shape = Shape(reference);
        if (shape.Descriptor->Kind != kind)
            throw new ArgumentException($"the object at 0x{reference:X8} is not of kind {kind} but {shape.Descriptor->Kind}", nameof(reference));
        return shape;
    }

    private ObjectShape Shape(uint reference)
    {
        if (reference % ObjectLayout.Alignment != 0)
            throw new HeapCorruptionException(reference, "a reference is not aligned");
        if (reference >= CageLayout.PermanentStart && reference < heap.Cage.PermanentEnd)
            return heap.Reader.Read(reference, heap.Cage.PermanentEnd);
        return heap.Reader.Read(reference, heap.LimitOf(reference));
    }
}

/// <summary>The elements of an array whose header was checked. Valid until the next allocation.</summary>
internal readonly unsafe ref struct ArrayElements(byte* start, uint offset, ObjectShape shape)
{
    private readonly TypeDescriptor* descriptor = shape.Descriptor;

    public int Length { get; } = (int)shape.Length;

    public int ElementBytes => (int)descriptor->Size;

    /// <summary>Of the array's type, in the program's table of types.</summary>
    public int TypeIndex => (int)descriptor->TypeIndex;

    public bool HoldReferences => descriptor->ReferenceCount != 0;

    /// <summary>Cage offset of an element.</summary>
    public uint Offset(int index) => offset + (uint)index * descriptor->Size;

    /// <summary>The bytes of some of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all in the array.</exception>
    public Span<byte> Bytes(int from, int count)
    {
        if ((from | count) < 0 || (long)from + count > Length)
            throw new ArgumentOutOfRangeException(nameof(count), $"{count} elements from {from} of {Length}");
        return new Span<byte>(start + (long)from * ElementBytes, checked(count * ElementBytes));
    }
}
