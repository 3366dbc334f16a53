using System.Buffers.Binary;
using Iced.Intel;

namespace ByteVm.Jit.X64.Assembly;

/// <summary>Growing bytes that the encoder writes into; reused from function to function.</summary>
internal sealed class CodeBuffer : CodeWriter
{
    private byte[] bytes = new byte[4096];

    public int Position { get; private set; }

    public override void WriteByte(byte value)
    {
        if (Position == bytes.Length)
            Array.Resize(ref bytes, 2 * bytes.Length);
        bytes[Position++] = value;
    }

    public void WriteInt32(int value)
    {
        for (int shift = 0; shift < 32; shift += 8)
            WriteByte((byte)(value >> shift));
    }

    public void Patch(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(position), value);

    public void Clear() => Position = 0;

    public byte[] ToArray() => bytes.AsSpan(0, Position).ToArray();
}
