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
            uint hash = *(uint*)(cage + text + ObjectLayout.StringHashOffset);
            if (hash != 0)
            {
                Slot.Set(frame, A(ip), hash);
                return Next(ip + 1, frame, cage, context, table);
            }

            return Exits.Service(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
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
