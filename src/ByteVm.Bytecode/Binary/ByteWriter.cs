using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ByteVm.Bytecode;

/// <summary>Writes one section: the mirror image of <see cref="ByteReader"/>.</summary>
internal sealed class ByteWriter(string section)
{
    private static readonly UTF8Encoding strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> buffer = new();

    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    public void Byte(int value)
    {
        buffer.GetSpan(1)[0] = (byte)value;
        buffer.Advance(1);
    }

    public void Unsigned(int value)
    {
        if (value < 0)
            throw Error($"the negative number {value} has no encoding here");
        uint rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
            Byte((int)(rest & 0x7f) | 0x80);
        Byte((int)rest);
    }

    public void Signed(long value)
    {
        while (value is < -64 or > 63)
        {
            Byte((int)(value & 0x7f) | 0x80);
            value >>= 7;
        }

        Byte((int)(value & 0x7f));
    }

    public void SignedInt32(long value)
    {
        if (value is < int.MinValue or > int.MaxValue)
            throw Error($"the constant {value} has more than 32 bits");
        Signed(value);
    }

    public void Fixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    public void Fixed64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

    public void Text(string text)
    {
        try
        {
            Unsigned(strictUtf8.GetByteCount(text));
            strictUtf8.GetBytes(text, buffer);
        }
        catch (EncoderFallbackException)
        {
            throw Error("a string holds half a surrogate pair, which has no UTF-8 form");
        }
    }

    public void Type(TypeRef type) => OptionalIndex(type.Index);

    public void OptionalIndex(int index) => Unsigned(index + 1);

    public void List<T>(IReadOnlyList<T> items, Action<T> write)
    {
        Unsigned(items.Count);
        for (int i = 0; i < items.Count; i++)
            write(items[i]);
    }

    public ModuleFormatException Error(string problem) => new(buffer.WrittenCount, section, problem);
}
