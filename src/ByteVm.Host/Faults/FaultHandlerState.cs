using System.Runtime.InteropServices;

namespace ByteVm.Host.Faults;

/// <summary>What the signal handler stub reads: one per process, outside the managed heap, never freed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FaultHandlerState
{
    /// <summary>All machine code of the process: <see cref="ByteVm.Memory.CodeSpace"/>.</summary>
    public ulong CodeStart;
    public ulong CodeBytes;

    /// <summary>The stubs themselves: a fault there is the host's, whatever rsp holds.</summary>
    public ulong StubStart;
    public ulong StubBytes;

    public GuestStackTable.Block* Stacks;

    /// <summary>struct sigaction of the kernel, all zero: the default action.</summary>
    public KernelAction DefaultAction;

    /// <summary>The handlers installed before ours, by signal number.</summary>
    public PreviousHandlers Previous;

    [StructLayout(LayoutKind.Sequential)]
    public struct PreviousHandler
    {
        public nint Handler;
        public long Flags;
    }

    [System.Runtime.CompilerServices.InlineArray(Count)]
    public struct PreviousHandlers
    {
        /// <summary>One more than the largest signal number handled (SIGSEGV, 11).</summary>
        public const int Count = 12;

        private PreviousHandler first;
    }

    [System.Runtime.CompilerServices.InlineArray(4)]
    public struct KernelAction
    {
        private ulong first;
    }
}
