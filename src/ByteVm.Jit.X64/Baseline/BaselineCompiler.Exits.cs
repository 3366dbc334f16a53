using ByteVm.Jit.X64.Assembly;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// The ways out of user level. What is rare stands behind the function's body: faults, and exits from which the guest comes back to the
/// middle of a block; those reload the registers that the code after them relies on, from slots that a collection may have changed.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private const int NoLabel = -1;

    private readonly List<FaultExit> faultExits = [];
    private readonly List<ResumingExit> resumingExits = [];
    private readonly List<Reload> reloads = [];
    private readonly int[] faultTails = new int[Enum.GetValues<FaultKind>().Length];
    private int stackOverflow;

    private enum ReloadKind : byte
    {
        Narrow,
        Wide,
        Vector,
    }

    private readonly record struct Reload(int Slot, int Register, ReloadKind Kind);

    /// <param name="Resume">Label of the place where the guest goes on.</param>
    private readonly record struct PendingTrap(TrapKind Kind, uint Site, int Resume, int Word);

    private readonly record struct FaultExit(int Label, FaultKind Fault, int Word);

    /// <param name="Label">Where the body jumps to.</param>
    /// <param name="Resume">Where the guest goes on.</param>
    /// <param name="Refund">Fuel to give back first.</param>
    /// <param name="FirstReload">Its part of the list of reloads.</param>
    private readonly record struct ResumingExit(int Label, int Resume, TrapKind Kind, int Word, int Refund, int FirstReload, int ReloadCount);

    private void BeginExits()
    {
        faultExits.Clear();
        resumingExits.Clear();
        reloads.Clear();
        faultTails.AsSpan().Fill(NoLabel);
        stackOverflow = asm.NewLabel();
    }

    /// <summary>A label to jump to when the current instruction must end in this fault.</summary>
    private int FaultLabel(FaultKind fault)
    {
        int label = asm.NewLabel();
        faultExits.Add(new FaultExit(label, fault, word));
        return label;
    }

    /// <summary>
    /// A label to jump to for an exit after which the guest goes on at <paramref name="resume"/>, with the registers
    /// that are cached now; call it when the cache is as it will be there.
    /// </summary>
    private int ExitLabel(TrapKind kind, int resume, int refund = 0)
    {
        int label = asm.NewLabel();
        int firstReload = reloads.Count;
        AppendReloads();
        resumingExits.Add(new ResumingExit(label, resume, kind, word, refund, firstReload, reloads.Count - firstReload));
        return label;
    }

    private void AppendReloads()
    {
        for (int register = 0; register < GeneralRegisters; register++)
        {
            if (general.TryGetHome(register, out int slot))
                reloads.Add(new Reload(slot, register, isNarrow[register] ? ReloadKind.Narrow : ReloadKind.Wide));
            if (vector.TryGetHome(register, out slot))
                reloads.Add(new Reload(slot, register, ReloadKind.Vector));
        }
    }

    /// <summary>Leaves to the monitor, which executes the current instruction on the frame; the guest goes on after it.</summary>
    private void EmitService(int destination = NoSlot)
    {
        int resume = asm.NewLabel();
        EmitTrap(TrapKind.Service, word, resume);
        asm.Bind(resume);
        ForgetRegisters();
        if (destination != NoSlot)
            ForgetConstant(destination);
    }

    private void EmitExits()
    {
        foreach (ResumingExit exit in resumingExits)
            EmitResumingExit(in exit);
        foreach (FaultExit exit in faultExits)
            EmitFaultExit(in exit);
        for (int fault = 0; fault < faultTails.Length; fault++)
        {
            if (faultTails[fault] != NoLabel)
                EmitFaultTail((FaultKind)fault);
        }

        EmitStackOverflow();
    }

    private void EmitResumingExit(in ResumingExit exit)
    {
        asm.Bind(exit.Label);
        if (exit.Refund != 0)
            asm.Emit(Code.Add_rm64_imm32, Address.Context(ContextOffsets.Fuel), OpKind.Immediate32to64, exit.Refund);
        if (exit.ReloadCount == 0)
        {
            EmitTrap(exit.Kind, exit.Word, exit.Resume);
            return;
        }

        int reload = asm.NewLabel();
        EmitTrap(exit.Kind, exit.Word, reload);
        asm.Bind(reload);
        for (int i = exit.FirstReload; i < exit.FirstReload + exit.ReloadCount; i++)
            EmitReload(reloads[i]);
        asm.Jump(exit.Resume);
    }

    /// <summary>In the width of the first load: code after it may rely on a zero upper half.</summary>
    private void EmitReload(Reload reload)
    {
        Address slot = Address.Slot(reload.Slot);
        switch (reload.Kind)
        {
            case ReloadKind.Narrow: asm.Emit(Code.Mov_r32_rm32, ((Gpr)reload.Register).Dword(), slot); break;
            case ReloadKind.Wide: asm.Emit(Code.Mov_r64_rm64, ((Gpr)reload.Register).Qword(), slot); break;
            default: asm.Emit(Code.Movsd_xmm_xmmm64, ((Xmm)reload.Register).Name(), slot); break;
        }
    }

    private void EmitTrap(TrapKind kind, int atWord, int resume)
    {
        uint site = context.AddTrapSite(function, atWord);
        pendingTraps.Add(new PendingTrap(kind, site, resume, atWord));
        asm.Emit(Code.Mov_rm32_imm32, Address.Context(ContextOffsets.Trap), OpKind.Immediate32, (int)kind);
        asm.Emit(Code.Mov_rm32_imm32, Address.Context(ContextOffsets.TrapSite), OpKind.Immediate32, (int)site);
        asm.LoadAddress(Rax, resume);
        EmitLeave();
    }

    private void EmitLeave() => asm.Emit(Code.Jmp_rm64, Address.Context(ContextOffsets.TrapStub));

    /// <summary>Short, since there are many: the site's number, and the rest shared by all faults of the kind.</summary>
    private void EmitFaultExit(in FaultExit exit)
    {
        ref int tail = ref faultTails[(int)exit.Fault];
        if (tail == NoLabel)
            tail = asm.NewLabel();
        uint site = context.AddTrapSite(function, exit.Word);
        pendingTraps.Add(new PendingTrap(TrapKind.Fault, site, NoLabel, exit.Word));
        asm.Bind(exit.Label);
        asm.Emit(Code.Mov_r32_imm32, Rax.Dword(), OpKind.Immediate32, (int)site);
        asm.Jump(tail);
    }

    private void EmitFaultTail(FaultKind fault)
    {
        asm.Bind(faultTails[(int)fault]);
        asm.Emit(Code.Mov_rm32_r32, Address.Context(ContextOffsets.TrapSite), Rax.Dword());
        asm.Emit(Code.Mov_rm64_imm32, Address.Context(ContextOffsets.TrapArgument), OpKind.Immediate32to64, (int)fault);
        EmitFinalTrap(TrapKind.Fault);
    }

    /// <summary>The callee got no frame: with the caller's frame pointer back, the return address on the stack says which call did not fit.</summary>
    private void EmitStackOverflow()
    {
        asm.Bind(stackOverflow);
        asm.Emit(Code.Pop_r64, Gpr.Rbp.Qword());
        EmitFinalTrap(TrapKind.StackOverflow);
    }

    /// <summary>A trap without return; zero is no place to resume at.</summary>
    private void EmitFinalTrap(TrapKind kind)
    {
        asm.Emit(Code.Mov_rm32_imm32, Address.Context(ContextOffsets.Trap), OpKind.Immediate32, (int)kind);
        asm.Emit(Code.Xor_r32_rm32, Rax.Dword(), Rax.Dword());
        EmitLeave();
    }
}
