using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>Throws: the monitor finds the handler.</summary>
internal static unsafe partial class Handlers
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Throw(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) =>
        Slot.Reference(frame, A(ip)) != 0
            ? Fault(FaultKind.UncaughtException, ip, frame, cage, context, table)
            : Exits.NullReference(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint CastFail(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) =>
        Fault(FaultKind.InvalidCast, ip, frame, cage, context, table);
}
