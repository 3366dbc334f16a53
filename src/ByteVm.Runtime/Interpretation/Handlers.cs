using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// One small method per linked instruction. It does its work on the frame's slots and tail-calls the handler of the next
/// instruction through the table: the five arguments stay in registers, the call is a jump. Conventions:
/// <list type="bullet">
/// <item>ip: the instruction; frame: the frame pointer; cage: the cage base; context: the rest of the instance's state, where
/// GuestRsp is the lowest byte of the running frame; table: the handlers by opcode.</item>
/// <item>The result says whether the guest has left (<see cref="Exits"/>) or, in the trampoline form, only bounced.</item>
/// <item>AggressiveOptimization on each: without optimization a handler would not tail-call, and the chain would grow the stack.</item>
/// <item>Nothing is checked that the verifier and the linker have established. Null, bounds and limits are checked here,
/// explicitly: no handler relies on unmapped memory.</item>
/// <item>The way on stands before the exits. The register allocator walks the code in its order, and a call to an exit in between
/// would push values into callee-saved registers, at the cost of a push and a pop on the way on.</item>
/// </list>
/// The handlers of instructions that only compute are generated around <see cref="Operations"/>.
/// </summary>
internal static unsafe partial class Handlers
{
    // The operands are read as 16-bit memory accesses of their own: cheaper than shifting them out of one 64-bit load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int A(ulong* ip) => ((short*)ip)[1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int B(ulong* ip) => ((short*)ip)[2];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int C(ulong* ip) => ((short*)ip)[3];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Word(ulong* ip) => ((int*)ip)[1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Next(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) =>
        ((delegate*<ulong*, long*, byte*, InstanceContext*, nint*, nint>)table[(ushort)*ip])(ip, frame, cage, context, table);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Fault(FaultKind kind, ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        context->TrapArgument = (ulong)kind;
        return Exits.Fault(ip, frame, cage, context, table);
    }
}
