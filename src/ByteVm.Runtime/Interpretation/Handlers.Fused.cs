using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// Handlers of fused pairs (<see cref="FusedInstructions"/>): the first instruction's work, then the second's, whose ip is the next
/// word. A fault of either is reported at its own ip.
/// </summary>
internal static unsafe partial class Handlers
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint AddI32BrLtI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeAddI32(ip, frame);
        ip++;
        if (Operations.LtI32(Slot.I32(frame, A(ip)), Slot.I32(frame, B(ip))))
            return Next(ip + C(ip), frame, cage, context, table);
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32AddI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        ComputeAddI32(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32SubI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        ComputeSubI32(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32ShlI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        ComputeShlI32(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32AndI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        ComputeAndI32(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32BrNeI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        ip++;
        if (Operations.NeI32(Slot.I32(frame, A(ip)), Slot.I32(frame, B(ip))))
            return Next(ip + C(ip), frame, cage, context, table);
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint ConstI32BrLeI32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeConstI32(ip, frame);
        ip++;
        if (Operations.LeI32(Slot.I32(frame, A(ip)), Slot.I32(frame, B(ip))))
            return Next(ip + C(ip), frame, cage, context, table);
        return Next(ip + 1, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint MoveMove(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeMove(ip, frame);
        ComputeMove(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint MoveCallDirect(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeMove(ip, frame);
        ip++;
        return Enter((FunctionEntry*)(context->MetadataBase + (uint)Word(ip)), 1, ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint MulF64AddF64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeMulF64(ip, frame);
        ComputeAddF64(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint MulF64MulF64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        ComputeMulF64(ip, frame);
        ComputeMulF64(ip + 1, frame);
        return Next(ip + 2, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Load32Element32(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            Stored32.Load(frame + A(ip), cage + reference + C(ip));
            return LoadElement<Stored32>(ip + 1, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Load64Load64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            Stored64.Load(frame + A(ip), cage + reference + C(ip));
            return LoadField<Stored64>(ip + 1, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Load64MulF64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            Stored64.Load(frame + A(ip), cage + reference + C(ip));
            ComputeMulF64(ip + 1, frame);
            return Next(ip + 2, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Element64MulF64(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        uint reference = Slot.Reference(frame, B(ip));
        if (reference != 0)
        {
            uint index = (uint)Slot.I32(frame, C(ip));
            if (index < *(uint*)(cage + reference + ObjectLayout.LengthOffset))
            {
                Stored64.Load(frame + A(ip), cage + reference + ObjectLayout.ArrayElementsOffset + (ulong)index * (uint)Stored64.Bytes);
                ComputeMulF64(ip + 1, frame);
                return Next(ip + 2, frame, cage, context, table);
            }

            return Exits.IndexOutOfBounds(ip, frame, cage, context, table);
        }

        return Exits.NullReference(ip, frame, cage, context, table);
    }
}
