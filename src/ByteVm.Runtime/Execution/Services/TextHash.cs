using System.Buffers.Binary;
using System.Numerics;

namespace ByteVm.Runtime.Execution.Services;

/// <summary>
/// The hash of a string, part of the specification (lang/spec/host.md) because guests see it: over the bytes as little-endian 64-bit words,
/// the last one padded with zeroes, h = (rotl(h, 5) xor word) * 0x517CC1B727220A95 from h = length; then h = (h xor h >> 32) * the same
/// factor, and the upper 32 bits of it, where 0 becomes 1.
/// </summary>
internal static class TextHash
{
    public const ulong Factor = 0x517CC1B727220A95;
    public const int Rotation = 5;

    public static uint Of(ReadOnlySpan<byte> text)
    {
        ulong hash = (ulong)text.Length;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(text));
        if (text.Length > 0)
            hash = Mix(hash, LastWord(text));
        uint result = (uint)((hash ^ hash >> 32) * Factor >> 32);
        return result == 0 ? 1 : result;
    }

    private static ulong Mix(ulong hash, ulong word) => (BitOperations.RotateLeft(hash, Rotation) ^ word) * Factor;

    private static ulong LastWord(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        text.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64LittleEndian(padded);
    }
}
