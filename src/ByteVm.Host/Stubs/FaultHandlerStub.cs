using ByteVm.Host.Faults;
using ByteVm.Host.Linux;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static ByteVm.Host.Linux.SignalFrame;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Stubs;

/// <summary>
/// The handler of SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP, in machine code because the interrupted thread is, for .NET, inside a native call:
/// managed code must not run there.
/// <para>
/// A fault in the stubs is the host's. Otherwise it is the guest's if rip lies in the code reservation (then r14 is its context, which guest
/// code never writes), or if rsp lies in a guest stack (a wild jump; then the stack's owner is the context). The handler copies the interrupted registers into the context
/// and lets the signal return into Leave on the host stack: Run then returns <see cref="TrapKind.HardwareFault"/>. It runs on the alternate
/// signal stack and never touches the guest stack, which may be what faulted.
/// </para>
/// <para>
/// Everything else goes to the handler installed before, usually .NET's. .NET installs only SIGSEGV for the alternate stack; its other handlers throw
/// exceptions from where they run and would take the small alternate stack for an overflowing one. For a handler that did not ask for the
/// alternate stack the whole signal frame is moved to where the kernel would have put it, below the interrupted stack pointer.
/// </para>
/// <para>Registers at entry: edi signal, rsi siginfo, rdx ucontext, rsp signal frame. Chaining keeps the first three.</para>
/// </summary>
internal sealed unsafe class FaultHandlerStub
{
    private const int RtSigaction = 13, GetProcess = 39, GetThread = 186, SignalThread = 234;

    /// <summary>Trap, direction and alignment-check flags: they must not follow into host code.</summary>
    private const int GuestOnlyFlags = 0x100 | 0x400 | 0x4_0000;

    private readonly Assembler c;
    private readonly FaultHandlerState* state;
    private readonly Label leave;
    private Label handler, guest, findStack, chain, moveFrame, jumpToPrevious, defaultAction;

    /// <param name="c">Receives the code.</param>
    /// <param name="leave">Where a guest's fault leads: <see cref="WorldSwitchStubs.Leave"/>.</param>
    /// <param name="state">Lives as long as the process.</param>
    public FaultHandlerStub(Assembler c, Label leave, FaultHandlerState* state)
    {
        this.c = c;
        this.state = state;
        this.leave = leave;
        handler = c.CreateLabel();
        guest = c.CreateLabel();
        findStack = c.CreateLabel();
        chain = c.CreateLabel();
        moveFrame = c.CreateLabel();
        jumpToPrevious = c.CreateLabel();
        defaultAction = c.CreateLabel();
        EmitDecision();
        EmitGuestFault();
        EmitFindStack();
        EmitChain();
        EmitMoveFrame();
        EmitDefaultAction();
    }

    public Label Handler => handler;

    private static int Context(string field) => InstanceContext.OffsetOf(field);

    private static long AddressOf(void* field) => (long)field;

    /// <summary>Sent by a process (si_code ≤ 0): not a fault. Then by rip: stub (which lies in the code reservation, too), guest code, or neither.</summary>
    private void EmitDecision()
    {
        c.Label(ref handler);
        c.cmp(__dword_ptr[rsi + InfoCode], 0);
        c.jle(chain);
        c.mov(rcx, AddressOf(state));
        c.mov(r10, __qword_ptr[rdx + ContextR14]);
        EmitBranchIfRipIn(&state->StubStart, chain);
        EmitBranchIfRipIn(&state->CodeStart, guest);
        c.jmp(findStack);
    }

    /// <summary>Branches if the interrupted rip lies in the range whose start and length the state holds at <paramref name="range"/>.</summary>
    private void EmitBranchIfRipIn(ulong* range, Label target)
    {
        int offset = (int)((byte*)range - (byte*)state);
        c.mov(rax, __qword_ptr[rdx + ContextRip]);
        c.sub(rax, __qword_ptr[rcx + offset]);
        c.cmp(rax, __qword_ptr[rcx + (offset + 8)]);
        c.jb(target);
    }

    /// <summary>r10 = context.</summary>
    private void EmitGuestFault()
    {
        c.Label(ref guest);
        FaultedState.Emit(c);
        EmitRedirectToHost();
    }

    /// <summary>The signal returns straight onto the host stack, so that not even the kernel meets the guest's rsp again.</summary>
    private void EmitRedirectToHost()
    {
        c.mov(__qword_ptr[rdx + ContextR14], r10);
        c.mov(rax, __qword_ptr[r10 + Context(nameof(InstanceContext.HostRsp))]);
        c.mov(__qword_ptr[rdx + ContextRsp], rax);
        c.lea(rax, __[leave]);
        c.mov(__qword_ptr[rdx + ContextRip], rax);
        c.and(__qword_ptr[rdx + ContextFlags], ~GuestOnlyFlags);
        c.ret();
    }

    private void EmitFindStack()
    {
        Label next = c.CreateLabel(), found = c.CreateLabel();

        c.Label(ref findStack);
        c.mov(r8, __qword_ptr[rcx + (int)((byte*)&state->Stacks - (byte*)state)]);
        c.mov(r11, __qword_ptr[r8]);
        c.add(r8, sizeof(GuestStackTable.Block));

        c.Label(ref next);
        c.mov(rax, __qword_ptr[rdx + ContextRsp]);
        c.sub(rax, __qword_ptr[r8 + SlotOffset(nameof(GuestStackTable.Slot.Start))]);
        c.cmp(rax, __qword_ptr[r8 + SlotOffset(nameof(GuestStackTable.Slot.Bytes))]);
        c.jb(found);
        c.add(r8, sizeof(GuestStackTable.Slot));
        c.dec(r11);
        c.jne(next);
        c.jmp(chain);

        c.Label(ref found);
        c.mov(r10, __qword_ptr[r8 + SlotOffset(nameof(GuestStackTable.Slot.Context))]);
        c.jmp(guest);
    }

    private static int SlotOffset(string field) => (int)System.Runtime.InteropServices.Marshal.OffsetOf<GuestStackTable.Slot>(field);

    private void EmitChain()
    {
        c.Label(ref chain);
        c.mov(rcx, AddressOf(&state->Previous));
        c.mov(eax, edi);
        c.shl(rax, 4);
        c.mov(r9, __qword_ptr[rcx + rax]);
        c.cmp(r9, (int)SignalAction.Ignore);
        c.jbe(defaultAction);
        c.test(__dword_ptr[rcx + rax + 8], SignalAction.OnAlternateStack);
        c.je(moveFrame);

        c.Label(ref jumpToPrevious);
        c.jmp(r9);
    }

    /// <summary>r9 = previous handler. Nothing to move if the thread has no alternate stack, or if the fault itself happened there.</summary>
    private void EmitMoveFrame()
    {
        Label sized = c.CreateLabel();

        c.Label(ref moveFrame);
        EmitCompareWithAlternateStack(rsp);
        c.jae(jumpToPrevious);
        c.mov(r8, __qword_ptr[rdx + ContextRsp]);
        EmitCompareWithAlternateStack(r8);
        c.jb(jumpToPrevious);

        c.mov(r10, __qword_ptr[rdx + ContextFloatingPoint]);
        c.mov(eax, LegacyFloatingPointBytes);
        c.cmp(__dword_ptr[r10 + FloatingPointMagic], ExtendedMagic);
        c.jne(sized);
        c.mov(eax, __dword_ptr[r10 + FloatingPointExtendedBytes]);

        c.Label(ref sized);
        c.lea(r11, __qword_ptr[r10 + rax + 7]);
        c.sub(r11, rsp);
        c.and(r11, -8); // r11 = bytes of the frame, from its return address to the end of the XSAVE area.
        c.lea(rax, __qword_ptr[r8 - RedZoneBytes]);
        c.sub(rax, r11);
        c.sub(rax, rsp);
        c.and(rax, -64); // rax = how far it moves; a multiple of 64 keeps the XSAVE area aligned.
        EmitCopyFrame();
        c.jmp(jumpToPrevious);
    }

    private void EmitCompareWithAlternateStack(AssemblerRegister64 address)
    {
        c.mov(rax, address);
        c.sub(rax, __qword_ptr[rdx + ContextStackStart]);
        c.cmp(rax, __qword_ptr[rdx + ContextStackBytes]);
    }

    private void EmitCopyFrame()
    {
        c.mov(r8d, edi);
        c.mov(r10, rsi);
        c.mov(rcx, r11);
        c.shr(rcx, 3);
        c.mov(rsi, rsp);
        c.lea(rdi, __qword_ptr[rsp + rax]);
        c.rep.movsq();
        c.mov(edi, r8d);
        c.lea(rsi, __qword_ptr[r10 + rax]);
        c.add(rdx, rax);
        c.add(__qword_ptr[rdx + ContextFloatingPoint], rax);
        c.add(rsp, rax);
    }

    /// <summary>
    /// r9 = SIG_DFL or SIG_IGN. An ignored signal is ignored unless it is a fault, which the kernel does not let anyone ignore either.
    /// The signal is blocked here, so raising it again with the default action kills the process as soon as the handler returns.
    /// </summary>
    private void EmitDefaultAction()
    {
        Label die = c.CreateLabel();

        c.Label(ref defaultAction);
        c.jb(die);
        c.cmp(__dword_ptr[rsi + InfoCode], 0);
        c.jg(die);
        c.ret();

        c.Label(ref die);
        c.mov(ebx, edi);
        c.mov(rsi, AddressOf(&state->DefaultAction));
        c.xor(edx, edx);
        c.mov(r10d, sizeof(ulong));
        EmitSystemCall(RtSigaction);
        EmitSystemCall(GetThread);
        c.mov(r12d, eax);
        EmitSystemCall(GetProcess);
        c.mov(edi, eax);
        c.mov(esi, r12d);
        c.mov(edx, ebx);
        EmitSystemCall(SignalThread);
        c.ret();
    }

    private void EmitSystemCall(int number)
    {
        c.mov(eax, number);
        c.syscall();
    }
}
