using ByteVm.Host.Stubs;
using ByteVm.Memory.Layout;

namespace ByteVm.Host;

/// <summary>
/// Runs guest code natively on the calling thread until it traps. Nothing of the guest stays on the host stack between two runs, so a
/// context may be resumed on any thread, or never; it must not run on two threads at once.
/// <para>
/// A trap site in guest code, light (all guest values in the frame) and full (values in registers survive, too; flags do not):
/// <code>
///   mov dword [r14+Trap], kind                   mov dword [r14+Trap], kind
///   mov dword [r14+TrapSite], site               mov dword [r14+TrapSite], site
///   lea rax, [rip+resume]                        mov [r14+Registers.rax], rax
///   jmp [r14+TrapStub]                           lea rax, [rip+resume]
///                                                jmp [r14+FullTrapStub]
/// </code>
/// Interruption is a flag: any thread writes <see cref="InstanceContext.Interrupt"/>, guest code polls it at back-edges.
/// </para>
/// </summary>
internal sealed unsafe class WorldSwitch
{
    /// <summary>All exceptions masked, round to nearest even, no flush to zero, denormals honoured.</summary>
    internal const uint DefaultMxcsr = 0x1F80;

    private readonly delegate* unmanaged<InstanceContext*, TrapKind> enter;
    private readonly StubPage stubs;

    public WorldSwitch(StubPage stubs)
    {
        this.stubs = stubs;
        enter = (delegate* unmanaged<InstanceContext*, TrapKind>)stubs.Enter;
    }

    /// <summary>Return address of every entry frame: a frame walk ends there.</summary>
    public ulong EntryReturnAddress => stubs.Returned;

    /// <summary>The part of <see cref="DirectExecution.Connect"/> that is written into the context.</summary>
    internal void Connect(InstanceContext* context)
    {
        context->TrapStub = stubs.LightTrap;
        context->FullTrapStub = stubs.FullTrap;
        context->GuestMxcsr = DefaultMxcsr;
        context->HostMxcsr = DefaultMxcsr;
    }

    /// <summary>
    /// Runs the guest from its state in the context until its next trap, and returns the trap's kind, which the context holds too.
    /// The call is an ordinary native call for .NET: collections do not wait for the guest.
    /// The thread needs an alternate signal stack, see <see cref="DirectExecution.EnterThread"/>.
    /// </summary>
    public TrapKind Run(InstanceContext* context) => enter(context);

    /// <summary>
    /// Makes the next run call a guest function: builds the entry frame, whose outgoing area holds the arguments and receives results of
    /// several slots, and whose frame pointer is zero, the end of the frame chain. When the function returns, the run ends with <see cref="TrapKind.Returned"/>.
    /// </summary>
    /// <param name="context">Its StackLimit must allow for the entry frame.</param>
    /// <param name="stackTop">Where the frame ends: the end of the guest stack, or the lowest byte in use. A multiple of 16.</param>
    /// <param name="code">Address of the function's machine code.</param>
    /// <param name="arguments">One word per parameter slot.</param>
    /// <param name="resultSlots">Slots that the function writes its result to.</param>
    public void PrepareEntry(InstanceContext* context, ulong stackTop, ulong code, ReadOnlySpan<ulong> arguments, int resultSlots = 0) =>
        PrepareEntry(context, stackTop, code, arguments, resultSlots, stubs.Returned);

    /// <summary>As above, for a world switch that stands elsewhere.</summary>
    internal static void PrepareEntry(InstanceContext* context, ulong stackTop, ulong code, ReadOnlySpan<ulong> arguments, int resultSlots, ulong returned)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(stackTop % 16, 0UL);
        int outgoingSlots = Math.Max(arguments.Length, resultSlots);
        ulong* outgoing = (ulong*)(stackTop - (ulong)FrameLayout.BytesBelowFramePointer(0, outgoingSlots));
        arguments.CopyTo(new Span<ulong>(outgoing, outgoingSlots));
        outgoing[-1] = returned;
        context->GuestRip = code;
        context->GuestRsp = (ulong)(outgoing - 1);
        context->GuestRbp = 0;
        context->Resume = ResumeKind.Light;
    }
}
