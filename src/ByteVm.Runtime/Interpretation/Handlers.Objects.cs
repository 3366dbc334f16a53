using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// Allocation in the buffer between HeapTop and HeapLimit, which is zero; what does not fit is left to the monitor. Type tests by
/// descriptor: the display of superclasses (Cohen 1991), or equality.
/// </summary>
internal static unsafe partial class Handlers
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint NewObject(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint type = (uint)Word(ip);
        uint bytes = ((TypeDescriptor*)(context->MetadataBase + type))->Size;
        uint start = context->HeapTop;
        if (bytes <= (long)context->HeapLimit - start)
        {
            context->HeapTop = start + bytes;
            *(ulong*)(cage + start) = type;
            frame[A(ip)] = start;
            return Next(ip + 1, frame, cage, context, table);
        }

        return Exits.Service(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint NewElements(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        int length = Slot.I32(frame, B(ip));
        if (length >= 0)
        {
            uint type = (uint)ip[1];
            uint elementBytes = ((TypeDescriptor*)(context->MetadataBase + type))->Size;
            long bytes = ObjectLayout.ArrayBytes(length, (int)elementBytes);
            uint start = context->HeapTop;
            if (bytes <= (long)context->HeapLimit - start)
            {
                context->HeapTop = start + (uint)bytes;
                *(ulong*)(cage + start) = type | (ulong)length << 32;
                frame[A(ip)] = start;
                return Next(ip + 2, frame, cage, context, table);
            }

            return Exits.Service(ip, frame, cage, context, table);
        }

        return Fault(FaultKind.NegativeArrayLength, ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint IsClass(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        Slot.Set(frame, A(ip), reference != 0 && IsInstance(reference, ip[1], cage, context));
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint IsExact(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        Slot.Set(frame, A(ip), reference != 0 && *(uint*)(cage + reference) == (uint)ip[1]);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint CastClass(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, A(ip));
        if (reference == 0 || IsInstance(reference, ip[1], cage, context))
            return Next(ip + 2, frame, cage, context, table);
        return Fault(FaultKind.InvalidCast, ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint CastExact(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, A(ip));
        if (reference == 0 || *(uint*)(cage + reference) == (uint)ip[1])
            return Next(ip + 2, frame, cage, context, table);
        return Fault(FaultKind.InvalidCast, ip, frame, cage, context, table);
    }

    /// <param name="test">Descriptor of the class, and its depth in the upper half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInstance(uint reference, ulong test, byte* cage, InstanceContext* context)
    {
        var descriptor = (TypeDescriptor*)(context->MetadataBase + *(uint*)(cage + reference));
        return ((uint*)&descriptor->Display)[test >> 32] == (uint)test;
    }
}
