using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ByteVm.Host.Linux;

/// <summary>System calls of x86-64 Linux that worker processes need. A failure is a <see cref="Win32Exception"/> with the kernel's reason.</summary>
internal static unsafe partial class Kernel
{
    public const int InvalidArgument = 22, Interrupted = 4, NoSuchEntry = 2;

    private const int SequencedPacket = 5, LocalSocket = 1, CloseOnExec = 0x8_0000;
    private const int DuplicateCloseOnExec = 1030, ControlSeals = 1033;
    private const int Kill = 9;

    /// <summary>Descriptors for children lie from here on, above those that a child's own are put on.</summary>
    private const int FirstHighDescriptor = 200;

    /// <summary>A system call as it is: its result, or minus errno.</summary>
    public static nint Call(int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint result = SystemCall(number, a, b, c, d, e, f);
        return result == -1 ? -Marshal.GetLastPInvokeError() : result;
    }

    /// <summary>A pair of connected sockets that keep messages apart.</summary>
    public static (int Ours, int Theirs) SocketPair()
    {
        int* pair = stackalloc int[2];
        Check(CreateSocketPair(LocalSocket, SequencedPacket | CloseOnExec, 0, pair), "socketpair");
        return (High(pair[0]), High(pair[1]));
    }

    /// <summary>A sealed file in memory with these bytes, to be executed.</summary>
    public static int ExecutableFile(string name, ReadOnlySpan<byte> bytes)
    {
        const uint closeOnExec = 1, allowSealing = 2, executable = 16;
        const int sealAll = 1 | 2 | 4 | 8;
        int file = CreateMemoryFile(name, closeOnExec | allowSealing | executable);
        if (file < 0 && Marshal.GetLastPInvokeError() == InvalidArgument)
            file = CreateMemoryFile(name, closeOnExec | allowSealing);
        Check(file, "memfd_create");
        fixed (byte* start = bytes)
            Check(LibC.Write(file, start, (nuint)bytes.Length) == bytes.Length ? 0 : -1, "write");
        Check(Control(file, ControlSeals, sealAll), "sealing the worker's program");
        return High(file);
    }

    public static void Close(int descriptor)
    {
        if (descriptor >= 0)
            _ = CloseDescriptor(descriptor);
    }

    public static void KillProcess(int processDescriptor)
    {
        const int signalThroughDescriptor = 424;
        _ = Call(signalThroughDescriptor, processDescriptor, Kill);
    }

    /// <summary>Waits for the end of a process and says how it was.</summary>
    public static (int Code, int Status) Reap(int processDescriptor)
    {
        const int waitId = 247, byDescriptor = 3, exited = 4, anyKind = 0x4000_0000;
        int* info = stackalloc int[32];
        nint result;
        do
            result = Call(waitId, byDescriptor, processDescriptor, (nint)info, exited | anyKind);
        while (result == -Interrupted);
        return result == 0 ? (info[2], info[6]) : (0, 0);
    }

    /// <summary>Waits until one of the descriptors has something to read or is closed by the other side.</summary>
    /// <returns>False at the time limit.</returns>
    public static bool Poll(Span<PollEntry> entries, int milliseconds = -1)
    {
        fixed (PollEntry* start = entries)
        {
            int result;
            do
                result = PollDescriptors(start, (nuint)entries.Length, milliseconds);
            while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            Check(result, "poll");
            return result > 0;
        }
    }

    public static nint Send(int socket, MessageHeader* header)
    {
        const int noSignal = 0x4000;
        return SendMessage(socket, header, noSignal);
    }

    public static nint Receive(int socket, MessageHeader* header)
    {
        const int closeOnExec = 0x4000_0000;
        nint result;
        do
            result = ReceiveMessage(socket, header, closeOnExec);
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    public static void Check(nint result, string call)
    {
        if (result < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    private static int High(int descriptor)
    {
        int high = Control(descriptor, DuplicateCloseOnExec, FirstHighDescriptor);
        int error = Marshal.GetLastPInvokeError();
        Close(descriptor);
        Marshal.SetLastPInvokeError(error);
        Check(high, "moving a descriptor");
        return high;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int CreateSocketPair(int domain, int type, int protocol, int* pair);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollDescriptors(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int socket, MessageHeader* header, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int socket, MessageHeader* header, int flags);
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry(int descriptor)
{
    public const short Readable = 1, Error = 8, HungUp = 16;

    public int Descriptor = descriptor;
    public short Wanted = Readable;
    public short Happened;
}

/// <summary>struct msghdr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageHeader
{
    public ulong Name;
    public ulong NameBytes;
    public ulong Vector;
    public ulong VectorCount;
    public ulong Control;
    public ulong ControlBytes;
    public ulong Flags;
}

/// <summary>struct cmsghdr; descriptors follow.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    public const int SocketLevel = 1, Rights = 1;
    public const int Size = 16;

    public ulong Bytes;
    public int Level;
    public int Type;
}
