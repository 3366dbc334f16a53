using System.Runtime.CompilerServices;

namespace ByteVm.Runtime.Interpretation;

/// <summary>How a value lies in the heap, as a type parameter of the memory handlers.</summary>
internal unsafe interface IStoredForm
{
    static abstract int Bytes { get; }

    static abstract void Load(long* slot, byte* address);

    static abstract void Store(byte* address, long* slot);
}

internal readonly unsafe struct Signed8 : IStoredForm
{
    public static int Bytes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = (uint)(int)*(sbyte*)address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, long* slot) => *address = *(byte*)slot;
}

internal readonly unsafe struct Unsigned8 : IStoredForm
{
    public static int Bytes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = *address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, long* slot) => *address = *(byte*)slot;
}

internal readonly unsafe struct Signed16 : IStoredForm
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = (uint)(int)Unsafe.ReadUnaligned<short>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, long* slot) => Unsafe.WriteUnaligned(address, *(short*)slot);
}

internal readonly unsafe struct Unsigned16 : IStoredForm
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = Unsafe.ReadUnaligned<ushort>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, long* slot) => Unsafe.WriteUnaligned(address, *(short*)slot);
}

internal readonly unsafe struct Stored32 : IStoredForm
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = Unsafe.ReadUnaligned<uint>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, long* slot) => Unsafe.WriteUnaligned(address, *(uint*)slot);
}

internal readonly unsafe struct Stored64 : IStoredForm
{
    public static int Bytes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(long* slot, byte* address) => *slot = Unsafe.ReadUnaligned<long>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, long* slot) => Unsafe.WriteUnaligned(address, *slot);
}
