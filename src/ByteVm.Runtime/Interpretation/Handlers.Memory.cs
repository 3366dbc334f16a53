using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// Fields, globals, array elements, bytes of u8[] and strings. A field access adds a displacement within the instance; an element
/// access compares the index with the length in the header, unsigned.
/// </summary>
internal static unsafe partial class Handlers
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadS8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadField<Signed8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadU8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadField<Unsigned8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadS16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadField<Signed16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadU16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadField<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Load32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadField<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Load64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadField<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Store8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreField<Unsigned8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Store16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreField<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Store32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreField<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Store64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreField<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreRef(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreField<StoredReference>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ElementS8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadElement<Signed8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ElementU8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadElement<Unsigned8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ElementS16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadElement<Signed16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ElementU16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadElement<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Element32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadElement<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Element64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadElement<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreElement8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreElement<Unsigned8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreElement16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreElement<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreElement32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreElement<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreElement64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreElement<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreElementRef(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreElement<StoredReference>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint GlobalS8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadGlobal<Signed8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint GlobalU8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadGlobal<Unsigned8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint GlobalS16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadGlobal<Signed16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint GlobalU16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadGlobal<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Global32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadGlobal<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Global64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadGlobal<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreGlobal8(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreGlobal<Unsigned8>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreGlobal16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreGlobal<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreGlobal32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreGlobal<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreGlobal64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreGlobal<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreGlobalRef(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreGlobal<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadBytesU16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadBytes<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadBytesI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadBytes<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadBytesI64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => LoadBytes<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreBytesI16(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreBytes<Unsigned16>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreBytesI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreBytes<Stored32>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StoreBytesI64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => StoreBytes<Stored64>(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ArrayLength(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Length(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StringLength(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Length(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StringByte(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, C(ip));
            if (index < *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                frame[A(ip)] = (cage + reference + ObjectLayout.StringBytesOffset)[index];
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint LoadStringI64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) =>
        LoadBytes<Stored64>(ip, frame, cage, context, table, ObjectLayout.StringBytesOffset);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint NullCheck(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        if (Slot.Reference(frame, A(ip)) != 0)
        {
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Length(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            frame[A(ip)] = *(uint*)(cage + reference + ObjectLayout.LengthOffset);
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint LoadField<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            T.Load(frame + A(ip), cage + reference + C(ip));
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint StoreField<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        uint reference = Slot.Reference(frame, A(ip));
        if (reference != 0)
        {
            T.Store(cage, reference + (uint)C(ip), frame + B(ip));
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint LoadElement<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, C(ip));
            if (index < *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                T.Load(frame + A(ip), cage + reference + ObjectLayout.ArrayElementsOffset + (ulong)index * (uint)T.Bytes);
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint StoreElement<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        uint reference = Slot.Reference(frame, A(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, B(ip));
            if (index < *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                T.Store(cage, (uint)(reference + ObjectLayout.ArrayElementsOffset + (ulong)index * (uint)T.Bytes), frame + C(ip));
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ElementAddress(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, C(ip));
            if (index < *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                frame[A(ip)] = reference + index * (uint)ip[1];
                return Next(ip + 2, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint LoadGlobal<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        T.Load(frame + A(ip), cage + (uint)Word(ip));
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint StoreGlobal<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        T.Store(cage, (uint)Word(ip), frame + A(ip));
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint LoadBytes<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table, int firstElement = ObjectLayout.ArrayElementsOffset)
        where T : struct, IStoredForm
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, C(ip));
            if (index + (ulong)T.Bytes <= *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                T.Load(frame + A(ip), cage + reference + firstElement + (ulong)index);
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint StoreBytes<T>(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
        where T : struct, IStoredForm
    {
        uint reference = Slot.Reference(frame, A(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, B(ip));
            if (index + (ulong)T.Bytes <= *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                T.Store(cage, reference + ObjectLayout.ArrayElementsOffset + index, frame + C(ip));
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }
}
