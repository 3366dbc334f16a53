using System.Runtime.CompilerServices;

namespace ByteVm.Memory;

/// <summary>Copies the bytes of objects, mostly small ones.</summary>
internal static unsafe class ObjectCopy
{
    private const uint Shortest = 128;

    /// <summary>Copies a multiple of 8 bytes. The ranges may overlap when the target lies below the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Words(byte* source, byte* target, uint bytes)
    {
        if (bytes > Shortest)
        {
            Buffer.MemoryCopy(source, target, bytes, bytes);
            return;
        }

        for (uint i = 0; i < bytes; i += sizeof(ulong))
            *(ulong*)(target + i) = *(ulong*)(source + i);
    }
}
