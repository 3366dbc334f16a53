using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Interpretation;

/// <summary>
/// The handlers by opcode, and what starts a chain of them. Handlers normally tail-call one another. Where the compiler does not
/// make jumps of these calls (a debugger's unoptimized code, some platforms) the stack would grow with every instruction; there the
/// same handlers run on a trampoline: they are given a table whose every entry ends the call after one instruction (<see cref="Step"/>).
/// </summary>
internal static unsafe partial class HandlerTable
{
    private static readonly nint* handlers = MakeHandlers();
    private static readonly nint* bounces = Filled(&Exits.Bounce);

    /// <summary>Found by trying, once, when the interpreter is first used.</summary>
    public static bool TailCalls { get; } = StackStaysFlat();

    /// <summary>Runs the guest from GuestRip until it leaves.</summary>
    public static void Run(InstanceContext* context) => Run(context, TailCalls);

    internal static void Run(InstanceContext* context, bool tailCalls)
    {
        if (tailCalls)
        {
            Dispatch(context, handlers);
            return;
        }

        while (Step(context))
        {
        }
    }

    /// <summary>Executes the instruction at GuestRip alone.</summary>
    /// <returns>False when the guest left.</returns>
    internal static bool Step(InstanceContext* context) => Dispatch(context, bounces) == Exits.Bounced;

    private static nint Dispatch(InstanceContext* context, nint* next)
    {
        ulong* ip = (ulong*)context->GuestRip;
        return Call(handlers[(ushort)*ip], ip, (long*)context->GuestRbp, (byte*)context->CageBase, context, next);
    }

    private static nint Call(nint handler, ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table) =>
        ((delegate*<ulong*, long*, byte*, InstanceContext*, nint*, nint>)handler)(ip, frame, cage, context, table);

    private static nint* MakeHandlers()
    {
        nint* table = Allocate();
        Fill(table);
        FusedInstructions.Fill(table);
        CompiledAddress.ResolveInBackground(table, FusedInstructions.TableSize);
        return table;
    }

    private static nint* Filled(delegate*<ulong*, long*, byte*, InstanceContext*, nint*, nint> handler)
    {
        nint* table = Allocate();
        new Span<nint>(table, FusedInstructions.TableSize).Fill((nint)handler);
        return table;
    }

    private static nint* Allocate() => (nint*)NativeMemory.Alloc((nuint)FusedInstructions.TableSize, (nuint)sizeof(nint));

    /// <summary>Runs a few instructions between two probes of the stack pointer: flat means that they tail-called.</summary>
    private static bool StackStaysFlat()
    {
        const int instructions = 8;
        nint* table = Filled(&StackProbe);
        table[(int)LinkedOpcode.AddI32] = handlers[(int)LinkedOpcode.AddI32];
        table[(int)LinkedOpcode.BrTrue] = handlers[(int)LinkedOpcode.BrTrue];
        ulong* code = stackalloc ulong[2 * instructions + 1];
        for (int i = 0; i < instructions; i++)
        {
            code[2 * i] = LinkedInstruction.Encode(LinkedOpcode.AddI32, 0, 0, 0);
            code[2 * i + 1] = LinkedInstruction.Encode(LinkedOpcode.BrTrue, 0, 1, 0);
        }

        code[2 * instructions] = LinkedInstruction.Encode(LinkedOpcode.Poll, 0, 0, 0);
        long slot = 0;
        nint near = Call(table[(int)LinkedOpcode.Poll], code + 2 * instructions, &slot, null, null, table);
        nint far = Call(table[(int)LinkedOpcode.AddI32], code, &slot, null, null, table);
        NativeMemory.Free(table);
        return Math.Abs(near - far) <= 2 * sizeof(nint);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint StackProbe(ulong* ip, long* frame, byte* cage, InstanceContext* context, nint* table)
    {
        nint local = 0;
        return (nint)(&local);
    }
}
