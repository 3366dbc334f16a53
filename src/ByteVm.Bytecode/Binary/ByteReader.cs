using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace ByteVm.Bytecode;

/// <summary>Reads one item of a list.</summary>
internal delegate T ItemReader<T>(ref ByteReader reader);

/// <summary>
/// Reads one section. Three invariants hold for every method: nothing beyond the section's end is read; nothing is allocated
/// before its size is known to be within the limits and covered by bytes that are still there; a number has one accepted
/// encoding, the shortest (so that what is read is written again as the same bytes).
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> file, int start, int end, string section)
{
    private const int ContinuationBit = 0x80;
    private const int SignBit = 0x40;
    private const int PayloadBits = 7;

    private readonly ReadOnlySpan<byte> file = file;
    private readonly string section = section;

    public int Offset { get; private set; } = start;

    public readonly int End { get; } = end;

    public readonly int Remaining => End - Offset;

    public readonly ModuleFormatException Error(string problem) => new(Offset, section, problem);

    public byte Byte(string what)
    {
        if (Offset >= End)
            throw Error($"the section ends where {what} is expected");
        return file[Offset++];
    }

    /// <summary>Unsigned LEB128, below 2^31.</summary>
    public int Unsigned(string what)
    {
        long value = 0;
        for (int shift = 0; ; shift += PayloadBits)
        {
            byte part = Byte(what);
            value |= (long)(part & ~ContinuationBit) << shift;
            if (value > int.MaxValue || shift > 4 * PayloadBits)
                throw Error($"{what} is 2^31 or more");
            if ((part & ContinuationBit) == 0)
                return part != 0 || shift == 0 ? (int)value : throw Error($"{what} is not in its shortest encoding");
        }
    }

    /// <summary>Signed LEB128 of 64 bits.</summary>
    public long Signed(string what)
    {
        long value = 0;
        int previous = -1;
        for (int shift = 0; shift < 64; shift += PayloadBits)
        {
            byte part = Byte(what);
            value |= (long)(part & ~ContinuationBit) << shift;
            if ((part & ContinuationBit) == 0)
                return SignExtend(value, part, previous, shift, what);
            previous = part;
        }

        throw Error($"{what} has more than 64 bits");
    }

    public int SignedInt32(string what)
    {
        long value = Signed(what);
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Error($"{what} is {value}, which has more than 32 bits");
    }

    public uint Fixed32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4, what));

    public long Fixed64(string what) => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8, what));

    public ReadOnlySpan<byte> Bytes(int count, string what)
    {
        if ((uint)count > (uint)Remaining)
            throw Error($"{what} takes {count} bytes, but {Remaining} are left");
        Offset += count;
        return file.Slice(Offset - count, count);
    }

    public string Name(string what) => Text(what, FormatLimits.MaxNameBytes);

    public string Text(string what, int maxBytes)
    {
        int length = Unsigned(what);
        if (length > maxBytes)
            throw Error($"{what} has {length} bytes; the limit is {maxBytes}");
        ReadOnlySpan<byte> bytes = Bytes(length, what);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error($"{what} is not UTF-8");
    }

    /// <summary>A type, or None.</summary>
    public TypeRef Type(string what) => new(Unsigned(what) - 1);

    /// <summary>An index, or -1.</summary>
    public int OptionalIndex(string what) => Unsigned(what) - 1;

    /// <summary>The length of a list whose items take at least one byte each.</summary>
    public int Count(string what, int limit)
    {
        int count = Unsigned("a count");
        if (count > limit)
            throw Error($"{count} {what}; the limit is {limit}");
        if (count > Remaining)
            throw Error($"{count} {what}, but {Remaining} bytes are left");
        return count;
    }

    public T[] List<T>(string what, int limit, ItemReader<T> item)
    {
        int count = Count(what, limit);
        if (count == 0)
            return [];
        var items = new T[count];
        for (int i = 0; i < count; i++)
            items[i] = item(ref this);
        return items;
    }

    /// <summary>As <see cref="List"/>, where a list without items would have been left out together with its section.</summary>
    public T[] FilledList<T>(string what, int limit, ItemReader<T> item)
    {
        T[] items = List(what, limit, item);
        return items.Length > 0 ? items : throw Error("a section that holds nothing is left out");
    }

    public DefinitionFlags Flags(DefinitionFlags allowed)
    {
        var flags = (DefinitionFlags)Byte("flags");
        return (flags & ~allowed) == 0 ? flags : throw Error($"unknown flags 0x{(int)flags:x2}");
    }

    public readonly void ExpectEnd()
    {
        if (Remaining != 0)
            throw Error($"{Remaining} bytes are left over at the end of the section");
    }

    private readonly long SignExtend(long value, byte last, int previous, int shift, string what)
    {
        bool negative = (last & SignBit) != 0;
        bool redundant = previous >= 0 && last == (negative ? 0x7f : 0) && (previous & SignBit) != 0 == negative;
        if (redundant)
            throw Error($"{what} is not in its shortest encoding");
        if (shift == 63)
            return last is 0 or 0x7f ? value : throw Error($"{what} has more than 64 bits");
        return negative ? value | (-1L << (shift + PayloadBits)) : value;
    }
}
