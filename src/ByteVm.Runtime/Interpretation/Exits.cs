using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// Where a chain of handlers ends. Each has a handler's signature, so that it can stand in the table and be tail-called, and is
/// not inlined, so that handlers stay small. The state it leaves in the context: GuestRip is the instruction that trapped, GuestRbp
/// its frame, GuestRsp the lowest byte of that frame, Trap the reason.
/// </summary>
internal static unsafe class Exits
{
    /// <summary>Result of a handler: the guest left user level.</summary>
    public const nint Left = 1;

    /// <summary>Result of a handler in the trampoline form: one instruction is done, go on at GuestRip.</summary>
    public const nint Bounced = 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Service(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Leave(TrapKind.Service, ip, frame, context);

    /// <summary>TrapArgument holds the fault.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Fault(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Leave(TrapKind.Fault, ip, frame, context);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint NullReference(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        context->TrapArgument = (ulong)FaultKind.NullReference;
        return Leave(TrapKind.Fault, ip, frame, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint IndexOutOfBounds(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        context->TrapArgument = (ulong)FaultKind.IndexOutOfBounds;
        return Leave(TrapKind.Fault, ip, frame, context);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint StackOverflow(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Leave(TrapKind.StackOverflow, ip, frame, context);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint OutOfFuel(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Leave(TrapKind.OutOfFuel, ip, frame, context);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Interrupt(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Leave(TrapKind.Interrupt, ip, frame, context);

    /// <summary>The function of the call at ip is not linked; TrapArgument holds its index.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Link(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) => Leave(TrapKind.Compile, ip, frame, context);

    /// <summary>The entry function returned. Results of several slots lie above its frame, where GuestRsp points then.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Returned(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        context->GuestRsp = (ulong)(frame + FrameLayout.FirstParameterWord);
        return Leave(TrapKind.Returned, ip, frame, context);
    }

    /// <summary>In every entry of the trampoline's table: returns to the loop in <see cref="HandlerTable"/> instead of going on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Bounce(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        context->GuestRip = (ulong)ip;
        context->GuestRbp = (ulong)frame;
        return Bounced;
    }

    private static nint Leave(TrapKind kind, ulong* ip, long* frame, InstanceContext* context)
    {
        context->Trap = kind;
        context->GuestRip = (ulong)ip;
        context->GuestRbp = (ulong)frame;
        return Left;
    }
}
