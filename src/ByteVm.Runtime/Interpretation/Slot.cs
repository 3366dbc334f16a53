using System.Runtime.CompilerServices;

namespace ByteVm.Runtime.Interpretation;

/// <summary>Typed access to the 8-byte slots of a frame. 32-bit values and references are written with a zero upper half.</summary>
internal static unsafe class Slot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I32(long* frame, int word) => *(int*)(frame + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long I64(long* frame, int word) => frame[word];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float F32(long* frame, int word) => *(float*)(frame + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double F64(long* frame, int word) => *(double*)(frame + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Reference(long* frame, int word) => *(uint*)(frame + word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(long* frame, int word, bool value) => frame[word] = value ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(long* frame, int word, int value) => frame[word] = (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(long* frame, int word, uint value) => frame[word] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(long* frame, int word, long value) => frame[word] = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(long* frame, int word, float value) => frame[word] = BitConverter.SingleToUInt32Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Set(long* frame, int word, double value) => *(double*)(frame + word) = value;
}
