using System.Runtime.InteropServices;
using ByteVm.Host.Linux;
using ByteVm.Memory;

namespace ByteVm.Host.Worker;

/// <summary>
/// The address space of a worker process beside what it shares with the host. It lies low, where neither the host nor the kernel puts anything, so
/// that the shared ranges find their addresses free:
/// <code>
///   ImageStart    read, execute   ELF headers, code, and from DataStart constants: the worker's whole program
///   ScratchStart  read, write     WorkerScratch, a small stack, the signal stack
/// </code>
/// Everything else the kernel gave it, stack, arguments, environment, auxiliary vector, vDSO, is unmapped by its first system calls.
/// </summary>
internal static class WorkerLayout
{
    public const long ImageStart = 0x20_0000;
    public const int ImageBytes = 0x4000;
    public const int DataOffset = 0x3000;
    public const long DataStart = ImageStart + DataOffset;

    public const long ScratchStart = 0x30_0000;
    public const int ScratchBytes = 0x1_0000;
    public const int StackTopOffset = 0x2000;
    public const int SignalStackOffset = 0x4000;
    public const int SignalStackBytes = ScratchBytes - SignalStackOffset;

    /// <summary>End of the lower half of the address space with four-level page tables.</summary>
    public const long UserEnd = 0x7FFF_FFFF_F000;

    /// <summary>The one descriptor a worker starts with: its socket to the host.</summary>
    public const int Socket = 3;

    /// <summary>The only system call number that does not kill: no kernel has such a call; seccomp hands it to the host.</summary>
    public const int TrapCall = 0xB7E;

    /// <summary>Where <see cref="WorkerMailbox"/> lies on the context page.</summary>
    public const int MailboxOffset = 2048;
}

/// <summary>The part of the context page by which host and worker pass the word. The worker, once hostile, writes to it what it likes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WorkerMailbox
{
    /// <summary>1: the host's turn, the guest has trapped. 0: the guest's turn.</summary>
    public uint Turn;

    /// <summary>Not zero: the worker is about to make its trap call, or has made it.</summary>
    public uint Asleep;

    /// <summary>How often the worker looks at Turn before it makes the trap call. 0: each trap stops it in the kernel.</summary>
    public uint SpinLimit;

    /// <summary>How many of <see cref="Ranges"/> the worker enters into its page tables before the guest goes on; it sets this to 0.</summary>
    public uint RangeCount;

    public RangeList Ranges;

    public static int Offset(string field) => WorkerLayout.MailboxOffset + (int)Marshal.OffsetOf<WorkerMailbox>(field);

    [System.Runtime.CompilerServices.InlineArray(PopulatedRanges.Capacity)]
    public struct RangeList
    {
        private PopulatedRange first;
    }
}

/// <summary>One range for the worker to map.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WorkerRange
{
    public ulong Address;
    public ulong Bytes;
    public ulong Protection;

    /// <summary>Index of its file among the descriptors that come with the message.</summary>
    public ulong File;
}

/// <summary>What a started worker waits for: which instance it shall serve.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WorkerMessage
{
    public const int MaxRanges = 8;

    public ulong RangeCount;
    public ulong ContextAddress;

    /// <summary>Not zero: reading the processor's timestamp counter does not fault.</summary>
    public ulong TimestampCounter;

    public RangeList Ranges;

    [System.Runtime.CompilerServices.InlineArray(MaxRanges)]
    public struct RangeList
    {
        private WorkerRange first;
    }
}

/// <summary>Worker to host: how far it came. <see cref="Step"/> 0 with a descriptor: it is complete but for its last restrictions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WorkerReport
{
    public WorkerStep Step;

    /// <summary>errno of the step that failed.</summary>
    public int Error;
}

/// <summary>The beginning of a worker's scratch memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WorkerScratch
{
    /// <summary>Stays when the rest is wiped: the fault handler finds its context by it.</summary>
    public ulong ContextAddress;

    public MessageHeader Header;
    public ulong VectorBase;
    public ulong VectorBytes;
    public KernelAction Action;
    public ControlBuffer Control;
    public WorkerMessage Message;

    public static int Offset(string field) => (int)Marshal.OffsetOf<WorkerScratch>(field);

    /// <summary>struct sigaction of the kernel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct KernelAction
    {
        public ulong Handler;
        public ulong Flags;
        public ulong Restorer;
        public ulong Mask;
    }

    /// <summary>One control message with up to <see cref="WorkerMessage.MaxRanges"/> descriptors.</summary>
    [System.Runtime.CompilerServices.InlineArray(8)]
    public struct ControlBuffer
    {
        private ulong first;
    }
}
