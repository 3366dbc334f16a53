using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Services;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// The inline paths of hashing and comparing strings. They decide what costs no fuel of its own, and leave the rest to the monitor; the
/// baseline compiler's code decides the same.
/// </summary>
internal static unsafe partial class Handlers
{
    private enum Equality
    {
        Different,
        Same,
        Undecided,
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StringHash(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint text = Slot.Reference(frame, B(ip));
        if (text != 0)
        {
            uint hash = HashOf(cage + text);
            if (hash != 0)
            {
                Slot.Set(frame, A(ip), hash);
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.Service(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    /// <summary>The hash that the string keeps, which a short one gets now; 0 when there is none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint HashOf(byte* text)
    {
        ref uint hash = ref *(uint*)(text + ObjectLayout.StringHashOffset);
        uint length = *(uint*)(text + ObjectLayout.LengthOffset);
        if (hash == 0 && length < ServiceCall.BytesPerFuelUnit)
            hash = TextHash.Of(new ReadOnlySpan<byte>(text + ObjectLayout.StringBytesOffset, (int)length));
        return hash;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint StringEqual(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        Equality equality = Compare(Slot.Reference(frame, B(ip)), Slot.Reference(frame, C(ip)), cage);
        if (equality != Equality.Undecided)
        {
            Slot.Set(frame, A(ip), equality == Equality.Same);
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.Service(ip, frame, cage, context, table);
    }

    // What makes, copies or orders text is left to the monitor: here a service costs little more than a handler.

    public static nint StringCompare(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    public static nint StringConcat(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    public static nint StringConcatList(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    public static nint FormatI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    public static nint StringSlice(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    public static nint StringFromBytes(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    public static nint StringCopyBytes(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Exits.Service(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Equality Compare(uint a, uint b, byte* cage)
    {
        if (a == b)
            return Equality.Same;
        if (a == 0 || b == 0)
            return Equality.Different;
        uint length = *(uint*)(cage + a + ObjectLayout.LengthOffset);
        if (length != *(uint*)(cage + b + ObjectLayout.LengthOffset))
            return Equality.Different;
        return length < ServiceCall.BytesPerFuelUnit ? CompareText(cage + a, cage + b, (int)length) : CompareHashes(cage + a, cage + b);
    }

    private static Equality CompareText(byte* a, byte* b, int length) =>
        new ReadOnlySpan<byte>(a + ObjectLayout.StringBytesOffset, length).SequenceEqual(new ReadOnlySpan<byte>(b + ObjectLayout.StringBytesOffset, length))
            ? Equality.Same
            : Equality.Different;

    private static Equality CompareHashes(byte* a, byte* b)
    {
        uint first = *(uint*)(a + ObjectLayout.StringHashOffset), second = *(uint*)(b + ObjectLayout.StringHashOffset);
        return first != 0 && second != 0 && first != second ? Equality.Different : Equality.Undecided;
    }
}
