using ByteVm.Host.Stubs;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Worker.Image;

/// <summary>
/// The world switch of a worker: traps save the guest's state into the context as in the host's process, then wait for the host instead of
/// returning to it. A hardware fault becomes a trap in the handler itself, which never returns from its signal (that would be a system call):
/// going on means loading the whole state from the context, as after any trap.
/// <para>
/// Waiting: the turn is passed through the mailbox. The worker looks at it SpinLimit times, then makes the trap call, in which the kernel
/// holds it until the host answers. It goes on only when the turn is its own, so an answer that comes too early or twice does no harm.
/// </para>
/// </summary>
internal sealed class WorkerTraps
{
    private Label lightTrap, fullTrap, returned, faultHandler, wait;

    public WorkerTraps(Assembler c)
    {
        lightTrap = c.CreateLabel();
        fullTrap = c.CreateLabel();
        returned = c.CreateLabel();
        faultHandler = c.CreateLabel();
        wait = c.CreateLabel();
        EmitTraps(c);
        EmitWait(c);
        EmitFaultHandler(c);
    }

    public Label LightTrap => lightTrap;
    public Label FullTrap => fullTrap;

    /// <summary>Return address of the entry frame.</summary>
    public Label Returned => returned;

    public Label FaultHandler => faultHandler;

    /// <summary>Expects r14 = context: passes the turn to the host, and goes to the guest when it comes back.</summary>
    public Label Wait => wait;

    private void EmitTraps(Assembler c)
    {
        c.Label(ref fullTrap);
        WorldSwitchStubs.EmitSaveRegisters(c);
        c.jmp(lightTrap);

        c.Label(ref returned);
        WorldSwitchStubs.EmitSaveResult(c);

        c.Label(ref lightTrap);
        WorldSwitchStubs.EmitSavePlace(c);
    }

    private void EmitWait(Assembler c)
    {
        Label look = c.CreateLabel(), sleep = c.CreateLabel(), awake = c.CreateLabel(), go = c.CreateLabel();

        c.Label(ref wait);
        c.mov(Mailbox(nameof(WorkerMailbox.Turn)), 1);
        c.mov(ecx, Mailbox(nameof(WorkerMailbox.SpinLimit)));

        c.Label(ref look);
        c.cmp(Mailbox(nameof(WorkerMailbox.Turn)), 0);
        c.je(go);
        c.sub(ecx, 1);
        c.jb(sleep);
        c.pause();
        c.jmp(look);

        c.Label(ref sleep);
        c.mov(Mailbox(nameof(WorkerMailbox.Asleep)), 1);
        c.mfence(); // The host writes Turn, then reads Asleep: one of the two sees the other.
        c.cmp(Mailbox(nameof(WorkerMailbox.Turn)), 0);
        c.je(awake);
        c.mov(eax, WorkerLayout.TrapCall);
        c.syscall();

        c.Label(ref awake);
        c.mov(Mailbox(nameof(WorkerMailbox.Asleep)), 0);
        c.cmp(Mailbox(nameof(WorkerMailbox.Turn)), 0);
        c.jne(sleep);

        c.Label(ref go);
        EmitTouchRanges(c, again: go);
        c.mov(rsp, WorkerLayout.ScratchStart + WorkerLayout.StackTopOffset);
        WorldSwitchStubs.EmitLoadGuest(c);
    }

    /// <summary>One read in each piece that a fault maps, see <see cref="PopulatedRanges"/>. The guest's registers are not loaded yet.</summary>
    /// <param name="again">The code emitted here.</param>
    private static unsafe void EmitTouchRanges(Assembler c, Label again)
    {
        Label touch = c.CreateLabel(), done = c.CreateLabel();
        int ranges = WorkerMailbox.Offset(nameof(WorkerMailbox.Ranges));

        c.mov(ecx, Mailbox(nameof(WorkerMailbox.RangeCount)));
        c.sub(ecx, 1);
        c.jb(done);
        c.mov(Mailbox(nameof(WorkerMailbox.RangeCount)), ecx);
        c.imul(rcx, rcx, sizeof(PopulatedRange));
        c.mov(rax, __qword_ptr[r14 + rcx + ranges]);
        c.mov(rdx, __qword_ptr[r14 + rcx + (ranges + sizeof(ulong))]);

        c.Label(ref touch);
        c.cmp(rax, rdx);
        c.jae(again);
        c.cmp(__byte_ptr[rax], 0);
        c.add(rax, PopulatedRanges.FaultAroundBytes);
        c.and(rax, -PopulatedRanges.FaultAroundBytes);
        c.jmp(touch);
        c.Label(ref done);
    }

    private void EmitFaultHandler(Assembler c)
    {
        c.Label(ref faultHandler);
        c.mov(r10, WorkerLayout.ScratchStart);
        c.mov(r10, __qword_ptr[r10]);
        FaultedState.Emit(c);
        c.mov(r14, r10);
        c.jmp(wait);
    }

    private static AssemblerMemoryOperand Mailbox(string field) => __dword_ptr[r14 + WorkerMailbox.Offset(field)];
}
