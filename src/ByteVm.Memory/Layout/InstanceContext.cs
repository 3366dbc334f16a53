using System.Runtime.InteropServices;

namespace ByteVm.Memory.Layout;

/// <summary>Why machine code left user level; written by stubs and trap sites, read by the host.</summary>
public enum TrapKind : uint
{
    /// <summary>
    /// The entry function returned. <see cref="InstanceContext.ResultInteger"/> and <see cref="InstanceContext.ResultFloat"/> hold rax and xmm0;
    /// <see cref="InstanceContext.GuestRsp"/> is the lowest byte of the entry frame's outgoing area, where results of several slots lie.
    /// </summary>
    Returned,

    /// <summary>A service instruction at a trap site: the monitor executes it on the frame and resumes after it.</summary>
    Service,

    /// <summary>The function of <see cref="InstanceContext.TrapArgument"/> (metadata offset of its entry) must be compiled; resume by calling it.</summary>
    Compile,

    /// <summary>Poll: the interrupt flag was seen at a back-edge.</summary>
    Interrupt,

    /// <summary>The block's fuel was not there; fuel is unchanged.</summary>
    OutOfFuel,

    /// <summary>A frame would cross the stack limit.</summary>
    StackOverflow,

    /// <summary>A check in the code failed; <see cref="InstanceContext.TrapArgument"/> holds the fault kind.</summary>
    Fault,

    /// <summary>A hardware fault; <see cref="InstanceContext.FaultRip"/>, <see cref="InstanceContext.FaultAddress"/> and <see cref="InstanceContext.FaultSignal"/> are set.</summary>
    HardwareFault,
}

/// <summary>What a resume must restore beyond rip, rsp, rbp and the pinned registers; written by the trap stubs.</summary>
public enum ResumeKind : uint
{
    /// <summary>Nothing: all guest values are in the frame.</summary>
    Light,

    /// <summary>General and vector registers: the trap left through <see cref="InstanceContext.FullTrapStub"/>.</summary>
    Registers,

    /// <summary>Registers and flags: the instruction at GuestRip faulted.</summary>
    RegistersAndFlags,
}

/// <summary>
/// What guest code may reach of its instance beside cage and stack: pinned in r14. One page per instance, outside the cage.
/// Pinned registers of machine code: r15 cage base, r14 this context, r13 metadata base, rbp frame pointer, rsp stack pointer.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct InstanceContext
{
    /// <summary>Cage offset of the next free byte of the allocation buffer; memory in [HeapTop, HeapLimit) is zero.</summary>
    public uint HeapTop;

    /// <summary>End of the allocation buffer.</summary>
    public uint HeapLimit;

    /// <summary>Fuel left. Charged per basic block when the program was linked metered.</summary>
    public long Fuel;

    /// <summary>Not zero: leave at the next poll. Written by any thread.</summary>
    public uint Interrupt;

    public TrapKind Trap;

    /// <summary>Meaning depends on <see cref="Trap"/>.</summary>
    public ulong TrapArgument;

    /// <summary>Service, Interrupt, OutOfFuel, StackOverflow, Fault: index of the trap site in the program's site table.</summary>
    public uint TrapSite;

    public uint FaultSignal;

    /// <summary>The signal's si_code; 0x80 (SI_KERNEL) marks a fault without an address, e.g. a non-canonical one.</summary>
    public uint FaultCode;

    /// <summary>Host-side switch: how the next run restores registers. Set to Light to redirect the guest to a state that lies in frames alone.</summary>
    public ResumeKind Resume;

    /// <summary>Cage offset where old objects begin: a reference to here or above needs no card when it is stored.</summary>
    public uint OldStart;

    /// <summary>Where it happened; for SIGTRAP by int3 the address after the instruction.</summary>
    public ulong FaultRip;
    public ulong FaultAddress;

    /// <summary>No frame may reach below this address.</summary>
    public ulong StackLimit;

    public ulong CageBase;
    public ulong MetadataBase;

    /// <summary>Guest state to resume with, and after a trap the state it left.</summary>
    public ulong GuestRip;
    public ulong GuestRsp;
    public ulong GuestRbp;
    public ulong GuestFlags;

    /// <summary>What MXCSR holds at every entry of the guest; never what the guest left there.</summary>
    public uint GuestMxcsr;

    /// <summary>What MXCSR holds whenever the guest has left: the mode that managed code is compiled for.</summary>
    public uint HostMxcsr;

    /// <summary>Host stack pointer while the guest runs; its callee-saved registers are pushed there.</summary>
    public ulong HostRsp;

    /// <summary>The light switch: a trap site jumps here with its resume address in rax; all other guest values are in the frame.</summary>
    public ulong TrapStub;

    /// <summary>
    /// The full switch: a trap site stores rax into its slot of <see cref="Registers"/>, then jumps here with its resume address in rax.
    /// Every register but the flags is as it was when the guest resumes there.
    /// </summary>
    public ulong FullTrapStub;

    /// <summary>rax and xmm0 of the entry function's return: an integer or reference result, or a floating-point result.</summary>
    public ulong ResultInteger;
    public double ResultFloat;

    /// <summary>
    /// Registers saved by full traps and hardware faults: 16 general registers of 8 bytes by hardware number, then 16 vector registers of 16 bytes.
    /// The slots of rsp, rbp and the pinned registers stay unused: the fields above hold those. Only the low 128 bits of a vector register are kept:
    /// a compiler that holds wider values, or masks, in registers spills them before it traps in full, and lets no instruction fault while they are live.
    /// </summary>
    public RegisterFile Registers;

    [System.Runtime.CompilerServices.InlineArray(RegisterFile.GeneralRegisters + 2 * RegisterFile.VectorRegisters)]
    public struct RegisterFile
    {
        public const int GeneralRegisters = 16;
        public const int VectorRegisters = 16;

        private ulong first;
    }

    public static int OffsetOf(string field) => (int)Marshal.OffsetOf<InstanceContext>(field);

    /// <summary>Offset of the saved general register with this hardware number (rax 0, rcx 1, rdx 2, rbx 3, ... r15 15).</summary>
    public static int GeneralRegisterOffset(int number) => OffsetOf(nameof(Registers)) + 8 * number;

    /// <summary>Offset of the low 128 bits of the saved vector register with this number.</summary>
    public static int VectorRegisterOffset(int number) => OffsetOf(nameof(Registers)) + 8 * RegisterFile.GeneralRegisters + 16 * number;
}
