using ByteVm.Host.Linux;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Host.Worker.Image;

/// <summary>
/// What a worker does from its first instruction to its first trap: it throws away all that the kernel gave it, gives up its rights one after
/// another, waits on its socket for an instance to serve, maps the instance's memory, and last forbids itself every system call but the trap.
/// Whatever fails is reported and ends it: there is no weaker worker.
/// Registers: rbx scratch memory, ebp the step for the report. Nothing is on the stack, which is gone after the second call.
/// </summary>
internal sealed class WorkerBoot
{
    private const int Read = 0, Write = 1, MemoryMap = 9, MemoryUnmap = 11, SignalAction = 13, SignalMask = 14, SendMessage = 46, ReceiveMessage = 47;
    private const int SignalStack = 131, ProcessControl = 157, ArchitectureControl = 158, ExitGroup = 231, Limit = 302, Seccomp = 317, CloseRange = 436;
    private const int LandlockCreate = 444, LandlockRestrict = 446;
    private const long All = uint.MaxValue;

    private static readonly AssemblerRegister64[] ArgumentRegisters = [rdi, rsi, rdx, r10, r8, r9];
    private static readonly int[] FaultSignals = [4, 5, 7, 8, 11];

    /// <summary>RLIMIT_FSIZE, DATA, STACK, CORE, NPROC, MEMLOCK, AS, LOCKS, MSGQUEUE, NICE, RTPRIO, RTTIME: zero of each. Address space as it is stays.</summary>
    private static readonly int[] LimitsToZero = [1, 2, 3, 4, 6, 8, 9, 10, 12, 13, 14, 15];

    private const int LimitFiles = 7;

    private readonly Assembler c;
    private readonly WorkerConstants constants;
    private readonly bool landlock;
    private Label start, fail;

    public WorkerBoot(Assembler c, WorkerConstants constants, WorkerTraps traps, bool landlock)
    {
        this.c = c;
        this.constants = constants;
        this.landlock = landlock;
        start = c.CreateLabel();
        fail = c.CreateLabel();

        c.Label(ref start);
        EmitUnmapEverything();
        Required(WorkerStep.CloseDescriptors, CloseRange, 0, WorkerLayout.Socket - 1, 0);
        Required(WorkerStep.CloseDescriptors, CloseRange, WorkerLayout.Socket + 1, All, 0);
        EmitSignals(traps.FaultHandler);
        EmitGiveUpRights();
        EmitReceiveInstance();
        EmitMapRanges();
        EmitLimits();
        EmitCloseTimestampCounter();
        EmitListener();
        EmitWaitForGo();
        EmitLastRestrictions();
        EmitFirstTrap(traps.Wait);
        EmitFail();
    }

    public Label Start => start;

    private static long Scratch(string field) => WorkerLayout.ScratchStart + WorkerScratch.Offset(field);

    private static AssemblerMemoryOperand Field(string field, int offset = 0) => __qword_ptr[rbx + (WorkerScratch.Offset(field) + offset)];

    private static int HeaderField(string field) => WorkerScratch.Offset(nameof(WorkerScratch.Header)) + (int)System.Runtime.InteropServices.Marshal.OffsetOf<MessageHeader>(field);

    private static int MessageField(string field) => WorkerScratch.Offset(nameof(WorkerScratch.Message)) + (int)System.Runtime.InteropServices.Marshal.OffsetOf<WorkerMessage>(field);

    /// <summary>Private scratch memory at its place, nothing else of what the kernel set up.</summary>
    private void EmitUnmapEverything()
    {
        const int readWrite = 3, privateAnonymousFixed = 0x10_0022;
        const long imageEnd = WorkerLayout.ImageStart + WorkerLayout.ImageBytes;
        const long scratchEnd = WorkerLayout.ScratchStart + WorkerLayout.ScratchBytes;

        c.mov(rbx, WorkerLayout.ScratchStart);
        Required(WorkerStep.UnmapEverything, MemoryMap, WorkerLayout.ScratchStart, WorkerLayout.ScratchBytes, readWrite, privateAnonymousFixed, -1, 0);
        Required(WorkerStep.UnmapEverything, MemoryUnmap, 0, WorkerLayout.ImageStart);
        Required(WorkerStep.UnmapEverything, MemoryUnmap, imageEnd, WorkerLayout.ScratchStart - imageEnd);
        Required(WorkerStep.UnmapEverything, MemoryUnmap, scratchEnd, WorkerLayout.UserEnd - scratchEnd);
        c.xor(esp, esp);
    }

    /// <summary>Handlers do not block their signal, since they never return from it.</summary>
    private void EmitSignals(Label handler)
    {
        const int setMask = 2, maskBytes = 8;
        const long hasInfo = 4, onStack = 0x0800_0000, noDefer = 0x4000_0000, hasRestorer = 0x0400_0000;

        Required(WorkerStep.SignalMask, SignalMask, setMask, constants.Zeroes, 0, maskBytes);
        Required(WorkerStep.SignalStack, SignalStack, constants.SignalStack, 0);
        c.lea(rax, __[handler]);
        c.mov(Field(nameof(WorkerScratch.Action)), rax);
        c.mov(rax, hasInfo | onStack | noDefer | hasRestorer);
        c.mov(Field(nameof(WorkerScratch.Action), 8), rax);
        foreach (int signal in FaultSignals)
            Required(WorkerStep.FaultHandlers, SignalAction, signal, Scratch(nameof(WorkerScratch.Action)), 0, maskBytes);
    }

    private void EmitGiveUpRights()
    {
        const int parentDeathSignal = 1, noNewPrivileges = 38, speculation = 53, memoryDenyWriteExecute = 65;
        const int kill = 9, storeBypass = 0, indirectBranch = 1, forceDisable = 8, refuseExecuteGain = 1, setCpuid = 0x1012;

        Required(WorkerStep.ParentDeathSignal, ProcessControl, parentDeathSignal, kill);
        Required(WorkerStep.NoNewPrivileges, ProcessControl, noNewPrivileges, 1, 0, 0, 0);
        Call(ProcessControl, memoryDenyWriteExecute, refuseExecuteGain, 0, 0, 0);
        Call(ProcessControl, speculation, storeBypass, forceDisable, 0, 0);
        Call(ProcessControl, speculation, indirectBranch, forceDisable, 0, 0);
        Call(ArchitectureControl, setCpuid, 0);
        if (!landlock)
            return;
        Required(WorkerStep.Landlock, LandlockCreate, constants.LandlockRules, constants.LandlockRuleBytes, 0);
        c.mov(r12d, eax);
        c.mov(edi, eax);
        c.xor(esi, esi);
        SystemCall(LandlockRestrict);
        Check(WorkerStep.Landlock);
        c.mov(edi, r12d);
        c.mov(esi, r12d);
        c.xor(edx, edx);
        SystemCall(CloseRange);
        Check(WorkerStep.Landlock);
    }

    private unsafe void EmitReceiveInstance()
    {
        const int closeOnExec = 0x4000_0000;
        Label received = c.CreateLabel();

        EmitHeader(Scratch(nameof(WorkerScratch.Message)), sizeof(WorkerMessage), sizeof(WorkerScratch.ControlBuffer));
        Required(WorkerStep.ReceiveInstance, ReceiveMessage, WorkerLayout.Socket, Scratch(nameof(WorkerScratch.Header)), closeOnExec);
        c.test(rax, rax);
        c.jne(received);
        Call(ExitGroup, 0); // The host does not need this worker.

        c.Label(ref received);
        c.cmp(rax, sizeof(WorkerMessage));
        c.mov(ebp, (int)WorkerStep.ReceiveInstance);
        c.jne(fail);
        c.mov(rax, __qword_ptr[rbx + MessageField(nameof(WorkerMessage.ContextAddress))]);
        c.mov(Field(nameof(WorkerScratch.ContextAddress)), rax);
    }

    private void EmitHeader(long bytes, int length, int controlBytes)
    {
        StoreConstant(__qword_ptr[rbx + HeaderField(nameof(MessageHeader.Vector))], Scratch(nameof(WorkerScratch.VectorBase)));
        StoreConstant(__qword_ptr[rbx + HeaderField(nameof(MessageHeader.VectorCount))], 1);
        StoreConstant(__qword_ptr[rbx + HeaderField(nameof(MessageHeader.Control))], Scratch(nameof(WorkerScratch.Control)));
        StoreConstant(__qword_ptr[rbx + HeaderField(nameof(MessageHeader.ControlBytes))], controlBytes);
        StoreConstant(Field(nameof(WorkerScratch.VectorBase)), bytes);
        StoreConstant(Field(nameof(WorkerScratch.VectorBytes)), length);
    }

    /// <summary>r12 = next range, r13 = how many are left.</summary>
    private unsafe void EmitMapRanges()
    {
        const int sharedFixedNoReserve = 0x10_4001;
        Label next = c.CreateLabel(), done = c.CreateLabel();

        c.lea(r12, __qword_ptr[rbx + MessageField(nameof(WorkerMessage.Ranges))]);
        c.mov(r13, __qword_ptr[rbx + MessageField(nameof(WorkerMessage.RangeCount))]);
        c.Label(ref next);
        c.sub(r13, 1);
        c.jb(done);
        c.mov(rax, __qword_ptr[r12 + 24]);
        c.movsxd(r8, __dword_ptr[rbx + rax * 4 + (WorkerScratch.Offset(nameof(WorkerScratch.Control)) + ControlHeader.Size)]);
        c.mov(rdi, __qword_ptr[r12]);
        c.mov(rsi, __qword_ptr[r12 + 8]);
        c.mov(rdx, __qword_ptr[r12 + 16]);
        c.mov(r10d, sharedFixedNoReserve);
        c.xor(r9d, r9d);
        SystemCall(MemoryMap);
        Check(WorkerStep.MapSharedMemory);
        c.cmp(rax, __qword_ptr[r12]); // Kernels before 4.17 take the address as a wish.
        c.jne(fail);
        c.add(r12, sizeof(WorkerRange));
        c.jmp(next);
        c.Label(ref done);
    }

    private void EmitLimits()
    {
        foreach (int limit in LimitsToZero)
            Required(WorkerStep.ResourceLimits, Limit, 0, limit, constants.Zeroes, 0);
    }

    /// <summary>As late as can be: with it every switch to and from this process changes a control register, which a virtual machine may have to leave for.</summary>
    private void EmitCloseTimestampCounter()
    {
        const int timestampCounter = 26, counterFaults = 2;
        Label open = c.CreateLabel();
        c.cmp(__qword_ptr[rbx + MessageField(nameof(WorkerMessage.TimestampCounter))], 0);
        c.jne(open);
        Required(WorkerStep.TimestampCounter, ProcessControl, timestampCounter, counterFaults);
        c.Label(ref open);
    }

    private unsafe void EmitListener()
    {
        const int setFilter = 1, newListener = 8;

        Required(WorkerStep.SeccompListener, Seccomp, setFilter, newListener, constants.ListenerFilter);
        c.mov(__dword_ptr[rbx + (WorkerScratch.Offset(nameof(WorkerScratch.Control)) + ControlHeader.Size)], eax);
        StoreConstant(Field(nameof(WorkerScratch.Control)), ControlHeader.Size + sizeof(int));
        StoreConstant(Field(nameof(WorkerScratch.Control), 8), ControlHeader.SocketLevel | (long)ControlHeader.Rights << 32);
        StoreConstant(Field(nameof(WorkerScratch.Message)), (long)WorkerStep.Ready);
        EmitHeader(Scratch(nameof(WorkerScratch.Message)), sizeof(WorkerReport), ControlHeader.Size + 8);
        Required(WorkerStep.SendListener, SendMessage, WorkerLayout.Socket, Scratch(nameof(WorkerScratch.Header)), 0);
    }

    /// <summary>Until the host has looked at this process's memory map.</summary>
    private void EmitWaitForGo()
    {
        Label go = c.CreateLabel();
        Call(Read, WorkerLayout.Socket, Scratch(nameof(WorkerScratch.Message)), 1);
        c.cmp(rax, 1);
        c.je(go);
        Call(ExitGroup, 0);
        c.Label(ref go);
    }

    private void EmitLastRestrictions()
    {
        const int dumpable = 4, setFilter = 1;

        Required(WorkerStep.Undumpable, ProcessControl, dumpable, 0);
        Required(WorkerStep.ResourceLimits, Limit, 0, LimitFiles, constants.Zeroes, 0);
        // From here on nobody can be told of a failure; dying is the report.
        Label closed = c.CreateLabel(), filtered = c.CreateLabel();
        Call(CloseRange, 0, All, 0);
        c.test(rax, rax);
        c.je(closed);
        c.ud2();
        c.Label(ref closed);
        Call(Seccomp, setFilter, 0, constants.FinalFilter);
        c.test(rax, rax);
        c.je(filtered);
        Call(ExitGroup, (int)WorkerStep.SeccompFilter);
        c.Label(ref filtered);
    }

    private unsafe void EmitFirstTrap(Label wait)
    {
        c.lea(rdi, __qword_ptr[rbx + sizeof(ulong)]);
        c.mov(ecx, sizeof(WorkerScratch) - sizeof(ulong));
        c.xor(eax, eax);
        c.rep.stosb();
        c.mov(r14, __qword_ptr[rbx]);
        foreach (AssemblerRegister64 register in (AssemblerRegister64[])[rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r15])
            c.mov(register, 0L);
        c.jmp(wait);
    }

    /// <summary>ebp = step, rax = minus errno.</summary>
    private unsafe void EmitFail()
    {
        c.Label(ref fail);
        c.neg(eax);
        c.mov(__dword_ptr[rbx + WorkerScratch.Offset(nameof(WorkerScratch.Message))], ebp);
        c.mov(__dword_ptr[rbx + (WorkerScratch.Offset(nameof(WorkerScratch.Message)) + 4)], eax);
        Call(Write, WorkerLayout.Socket, Scratch(nameof(WorkerScratch.Message)), sizeof(WorkerReport));
        Call(ExitGroup, 1);
    }

    private void StoreConstant(AssemblerMemoryOperand place, long value)
    {
        c.mov(rax, value);
        c.mov(place, rax);
    }

    private void Required(WorkerStep step, int number, params ReadOnlySpan<long> arguments)
    {
        Call(number, arguments);
        Check(step);
    }

    private void Check(WorkerStep step)
    {
        c.mov(ebp, (int)step);
        c.test(rax, rax);
        c.js(fail);
    }

    private void Call(int number, params ReadOnlySpan<long> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
            c.mov(ArgumentRegisters[i], arguments[i]);
        SystemCall(number);
    }

    private void SystemCall(int number)
    {
        c.mov(eax, number);
        c.syscall();
    }
}
