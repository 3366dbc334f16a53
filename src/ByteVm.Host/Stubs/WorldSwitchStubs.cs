using ByteVm.Memory.Layout;
using Iced.Intel;
using static ByteVm.Host.Stubs.ContextOperand;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Stubs;

/// <summary>
/// The world switch, after the trap-and-resume loop of a virtual machine monitor (Popek and Goldberg, 1974).
/// <para>
/// Enter is called by the host as <c>TrapKind enter(InstanceContext*)</c>. It pushes the callee-saved registers on the host stack, leaves the
/// host's rsp in the context, loads the guest's state and jumps. A trap does the reverse: it stores the guest's state, takes
/// the host's rsp from the context and returns from Enter. So between two runs the host stack holds nothing of the guest, and any
/// thread may resume it.
/// </para>
/// <para>
/// Traps come by jump, never by call: a call would unbalance the processor's return predictor for the host's own return (2.7 ns against 11.8 ns).
/// No stub reads or writes the guest stack.
/// </para>
/// <para>
/// MXCSR: each side gets its own at every switch. The host's is not read but known, since the host is managed code and .NET compiles for the
/// default mode: reading it (stmxcsr) costs 3.5 ns, more than half of the switch, while loading is nearly free.
/// </para>
/// </summary>
internal sealed class WorldSwitchStubs
{
    private static readonly AssemblerRegister64[] CalleeSaved = [rbp, rbx, r12, r13, r14, r15];

    private Label enter, leave, lightTrap, fullTrap, returned;

    public WorldSwitchStubs(Assembler c)
    {
        enter = c.CreateLabel();
        leave = c.CreateLabel();
        lightTrap = c.CreateLabel();
        fullTrap = c.CreateLabel();
        returned = c.CreateLabel();
        EmitEnter(c);
        EmitFullTrap(c);
        EmitReturned(c);
        EmitLightTrap(c);
        EmitLeave(c);
    }

    public Label Enter => enter;

    /// <summary>Returns to the caller of Enter. Expects r14 = context and rsp = the context's HostRsp; all guest state is saved.</summary>
    public Label Leave => leave;

    public Label LightTrap => lightTrap;
    public Label FullTrap => fullTrap;

    /// <summary>Return address of the entry frame.</summary>
    public Label Returned => returned;

    private void EmitEnter(Assembler c)
    {
        c.Label(ref enter);
        foreach (AssemblerRegister64 register in CalleeSaved)
            c.push(register);
        c.mov(r14, rdi);
        c.mov(Qword(nameof(InstanceContext.HostRsp)), rsp);
        EmitLoadGuest(c);
    }

    /// <summary>Loads the guest's state from the context in r14 and goes there. Needs room for a word on the stack in use.</summary>
    internal static void EmitLoadGuest(Assembler c)
    {
        Label full = c.CreateLabel();
        c.ldmxcsr(Dword(nameof(InstanceContext.GuestMxcsr)));
        c.mov(r13, Qword(nameof(InstanceContext.MetadataBase)));
        c.mov(r15, Qword(nameof(InstanceContext.CageBase)));
        c.cmp(Dword(nameof(InstanceContext.Resume)), (int)ResumeKind.Light);
        c.jne(full);
        EmitJumpToGuest(c);

        c.Label(ref full);
        EmitFullResume(c);
    }

    private static void EmitFullResume(Assembler c)
    {
        Label registers = c.CreateLabel();
        c.cmp(Dword(nameof(InstanceContext.Resume)), (int)ResumeKind.Registers);
        c.mov(Dword(nameof(InstanceContext.Resume)), (int)ResumeKind.Light);
        c.je(registers);
        c.push(Qword(nameof(InstanceContext.GuestFlags))); // Still on the host stack.
        c.popfq();

        c.Label(ref registers); // From here on no instruction may change flags.
        for (int i = 0; i < SavedRegisters.Vector.Length; i++)
            c.movups(SavedRegisters.Vector[i], Vector(i));
        foreach ((int number, AssemblerRegister64 register) in SavedRegisters.General)
            c.mov(register, General(number));
        EmitJumpToGuest(c);
    }

    private static void EmitJumpToGuest(Assembler c)
    {
        c.mov(rbp, Qword(nameof(InstanceContext.GuestRbp)));
        c.mov(rsp, Qword(nameof(InstanceContext.GuestRsp)));
        c.jmp(Qword(nameof(InstanceContext.GuestRip)));
    }

    /// <summary>The trap site has saved rax and put its resume address there.</summary>
    private void EmitFullTrap(Assembler c)
    {
        c.Label(ref fullTrap);
        EmitSaveRegisters(c);
        c.jmp(lightTrap);
    }

    internal static void EmitSaveRegisters(Assembler c)
    {
        foreach ((int number, AssemblerRegister64 register) in SavedRegisters.General)
        {
            if (register != rax)
                c.mov(General(number), register);
        }

        for (int i = 0; i < SavedRegisters.Vector.Length; i++)
            c.movups(Vector(i), SavedRegisters.Vector[i]);
        c.mov(Dword(nameof(InstanceContext.Resume)), (int)ResumeKind.Registers);
    }

    /// <summary>A guest that has returned has no place to resume at: its rip becomes zero.</summary>
    private void EmitReturned(Assembler c)
    {
        c.Label(ref returned);
        EmitSaveResult(c);
        c.jmp(lightTrap);
    }

    internal static void EmitSaveResult(Assembler c)
    {
        c.mov(Qword(nameof(InstanceContext.ResultInteger)), rax);
        c.movsd(Qword(nameof(InstanceContext.ResultFloat)), xmm0);
        c.mov(Dword(nameof(InstanceContext.Trap)), (int)TrapKind.Returned);
        c.xor(eax, eax);
    }

    private void EmitLightTrap(Assembler c)
    {
        c.Label(ref lightTrap);
        EmitSavePlace(c);
        c.mov(rsp, Qword(nameof(InstanceContext.HostRsp)));
    }

    /// <summary>What a trap leaves when all other values are in the frame; rax holds where to go on.</summary>
    internal static void EmitSavePlace(Assembler c)
    {
        c.mov(Qword(nameof(InstanceContext.GuestRip)), rax);
        c.mov(Qword(nameof(InstanceContext.GuestRsp)), rsp);
        c.mov(Qword(nameof(InstanceContext.GuestRbp)), rbp);
    }

    private void EmitLeave(Assembler c)
    {
        c.Label(ref leave);
        c.ldmxcsr(Dword(nameof(InstanceContext.HostMxcsr)));
        c.mov(eax, Dword(nameof(InstanceContext.Trap)));
        foreach (AssemblerRegister64 register in CalleeSaved.Reverse())
            c.pop(register);
        c.ret();
    }
}
