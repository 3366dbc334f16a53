namespace ByteVm.Memory.Layout;

/// <summary>
/// Layout of guest objects in the cage. Every object starts at a multiple of <see cref="Alignment"/> with an 8-byte header:
/// <code>
///   +0 u32 type    byte offset of its <see cref="TypeDescriptor"/> in the program's metadata region
///   +4 u32 second  class instance: identity hash (0 = not yet given); array and string: length (elements; bytes)
/// </code>
/// Class instance: fields from +8. Array: elements from +8. String: +8 u32 hash cache (0 = not computed), UTF-8 bytes from +12, and zeroes up to the
/// next multiple of <see cref="Alignment"/>.
/// A reference field or element is a u32 cage offset.
/// During a collection the type word of a moved object has bit 0 set and the second word is the new offset.
/// Descriptor offsets are multiples of 8, so bit 0 is otherwise clear.
/// </summary>
public static class ObjectLayout
{
    public const int Alignment = 8;
    public const int TypeOffset = 0;
    public const int IdentityHashOffset = 4;
    public const int LengthOffset = 4;
    public const int HeaderBytes = 8;
    public const int ArrayElementsOffset = 8;
    public const int StringHashOffset = 8;
    public const int StringBytesOffset = 12;
    public const int ReferenceBytes = 4;
    public const uint ForwardedBit = 1;

    /// <summary>Largest class instance, header included, so that every field lies within the displacement limit.</summary>
    public const int MaxInstanceBytes = 32 * 1024;

    /// <summary>Largest array or string, in bytes with header.</summary>
    public const long MaxObjectBytes = 1L << 31;

    public static long Align(long bytes) => (bytes + (Alignment - 1)) & ~(long)(Alignment - 1);

    /// <summary>Bytes an array of <paramref name="length"/> elements takes, header and padding included. Cannot overflow for any i32 length and element size up to 32 KiB.</summary>
    public static long ArrayBytes(long length, int elementBytes) => Align(ArrayElementsOffset + length * elementBytes);

    /// <summary>Bytes a string of <paramref name="byteLength"/> UTF-8 bytes takes, header and padding included.</summary>
    public static long StringBytes(long byteLength) => Align(StringBytesOffset + byteLength);
}
