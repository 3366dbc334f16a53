using System.Runtime.InteropServices;

namespace ByteVm.Memory.Layout;

/// <summary>Why machine code left user level; written by stubs and trap sites, read by the host.</summary>
public enum TrapKind : uint
{
    /// <summary>The entry function returned; results lie in the entry frame's outgoing area.</summary>
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
    public uint GuestMxcsr;
    public uint HostMxcsr;

    /// <summary>Host stack pointer while the guest runs; its callee-saved registers are pushed there.</summary>
    public ulong HostRsp;

    /// <summary>Stub addresses trap sites jump to: the light switch (all guest values are in the frame).</summary>
    public ulong TrapStub;

    /// <summary>All general and vector registers, saved by traps off the fast path and by hardware faults.</summary>
    public RegisterFile Registers;

    [System.Runtime.CompilerServices.InlineArray(16 + 16 * 2)]
    public struct RegisterFile
    {
        private ulong first;
    }

    public static int OffsetOf(string field) => (int)Marshal.OffsetOf<InstanceContext>(field);
}
