using System.Runtime.CompilerServices;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>How a value lies in the heap, as a type parameter of the memory handlers.</summary>
internal unsafe interface IStoredForm
{
    static abstract int Bytes { get; }

    static abstract void Load(long* slot, byte* address);

    /// <param name="cage">The cage's base.</param>
    /// <param name="place">Cage offset of the value.</param>
    /// <param name="slot">Holds the value.</param>
    static abstract void Store(byte* cage, uint place, long* slot);
}

internal readonly unsafe struct Signed8 : IStoredForm
{
    public static int Bytes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = (uint)(int)*(sbyte*)address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => *(cage + place) = *(byte*)slot;
}

internal readonly unsafe struct Unsigned8 : IStoredForm
{
    public static int Bytes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = *address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => *(cage + place) = *(byte*)slot;
}

internal readonly unsafe struct Signed16 : IStoredForm
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = (uint)(int)Unsafe.ReadUnaligned<short>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => Unsafe.WriteUnaligned(cage + place, *(short*)slot);
}

internal readonly unsafe struct Unsigned16 : IStoredForm
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = Unsafe.ReadUnaligned<ushort>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => Unsafe.WriteUnaligned(cage + place, *(short*)slot);
}

internal readonly unsafe struct Stored32 : IStoredForm
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = Unsafe.ReadUnaligned<uint>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => Unsafe.WriteUnaligned(cage + place, *(uint*)slot);
}

internal readonly unsafe struct Stored64 : IStoredForm
{
    public static int Bytes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = Unsafe.ReadUnaligned<long>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => Unsafe.WriteUnaligned(cage + place, *slot);
}

/// <summary>A reference in a heap object, where each store dirties its card.</summary>
internal readonly unsafe struct StoredReference : IStoredForm
{
    public static int Bytes => ObjectLayout.ReferenceBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = *(uint*)address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cage, uint place, long* slot) => ReferenceStore.Store(cage, place, *(uint*)slot);
}
