using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Host.Linux;
using ByteVm.Memory;

namespace ByteVm.Host.Worker;

/// <summary>
/// One worker process: started, then attached to an instance's memory, then running until it is killed. It serves one instance and is never
/// used for another, so nothing of a guest can be left in it for the next.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class WorkerProcess(int process, int processDescriptor, int socket) : IDisposable
{
    private const int AttachMilliseconds = 5000;

    private readonly Lock gate = new();
    private int socket = socket;
    private bool disposed;

    /// <summary>Its number as this process sees it.</summary>
    public int Id => process;

    /// <summary>Becomes readable when the process ends.</summary>
    public int Descriptor => processDescriptor;

    /// <summary>
    /// Gives it an instance's memory and takes the last of its rights. When this returns the worker makes its first trap, or has made it.
    /// </summary>
    /// <param name="ranges">What it maps; the first is the context page.</param>
    /// <param name="timestampCounter">Whether its code may read the processor's timestamp counter.</param>
    /// <returns>The listener for its trap calls.</returns>
    /// <exception cref="IsolationException">It could not take a step, or its memory map is not what it must be.</exception>
    public int Attach(ReadOnlySpan<SharedRange> ranges, bool timestampCounter)
    {
        SendInstance(ranges, timestampCounter);
        int listener = ReceiveListener();
        try
        {
            WorkerMaps.Check(process, ranges);
            byte go = 1;
            Kernel.Check(LibC.Write(socket, &go, 1), "telling the worker to go on");
            Kernel.Close(socket);
            socket = -1;
            return listener;
        }
        catch
        {
            Kernel.Close(listener);
            throw;
        }
    }

    /// <summary>Ends it at once; without effect if it has ended. From any thread.</summary>
    public void Kill()
    {
        lock (gate)
        {
            if (!disposed)
                Kernel.KillProcess(processDescriptor);
        }
    }

    /// <summary>Waits for its end, which must have come or be coming.</summary>
    public WorkerDeath Reap() => new(Kernel.Reap(processDescriptor));

    /// <summary>Has the kernel end it (SIGXCPU) when it has used so much CPU time.</summary>
    /// <exception cref="IsolationException">The system refuses.</exception>
    public void LimitCpuTime(ulong seconds)
    {
        const int limitOfProcess = 302, cpuTime = 0;
        ulong* limit = stackalloc ulong[2] { seconds, seconds };
        nint result = Kernel.Call(limitOfProcess, process, cpuTime, (nint)limit);
        if (result < 0)
            throw new IsolationException($"a worker's CPU time cannot be limited: {Marshal.GetPInvokeErrorMessage((int)-result)}");
    }

    /// <summary>CPU time it has used.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            const int clockGetTime = 228, perProcess = 2;
            long* time = stackalloc long[2];
            nint clock = (~(nint)process << 3) | perProcess;
            return Kernel.Call(clockGetTime, clock, (nint)time) == 0 ? TimeSpan.FromSeconds(time[0]) + TimeSpan.FromMicroseconds(time[1] / 1000.0) : TimeSpan.Zero;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
        }

        Kernel.KillProcess(processDescriptor);
        _ = Reap();
        Kernel.Close(processDescriptor);
        Kernel.Close(socket);
    }

    private void SendInstance(ReadOnlySpan<SharedRange> ranges, bool timestampCounter)
    {
        WorkerMessage message = new() { RangeCount = (ulong)ranges.Length, ContextAddress = ranges[0].Address, TimestampCounter = timestampCounter ? 1UL : 0 };
        byte* control = stackalloc byte[ControlHeader.Size + WorkerMessage.MaxRanges * sizeof(int)];
        *(ControlHeader*)control = new() { Bytes = (ulong)(ControlHeader.Size + ranges.Length * sizeof(int)), Level = ControlHeader.SocketLevel, Type = ControlHeader.Rights };
        int* descriptors = (int*)(control + ControlHeader.Size);
        for (int i = 0; i < ranges.Length; i++)
        {
            descriptors[i] = ranges[i].Descriptor;
            message.Ranges[i] = new() { Address = ranges[i].Address, Bytes = (ulong)ranges[i].Bytes, Protection = Protection(ranges[i].Access), File = (ulong)i };
        }

        ulong* vector = stackalloc ulong[2] { (ulong)&message, (ulong)sizeof(WorkerMessage) };
        MessageHeader header = new() { Vector = (ulong)vector, VectorCount = 1, Control = (ulong)control, ControlBytes = ((ControlHeader*)control)->Bytes };
        // A worker that failed before this has closed its end; what it reported is read next.
        if (Kernel.Send(socket, &header) < 0 && Marshal.GetLastPInvokeError() != 32)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static ulong Protection(SharedAccess access) => access switch
    {
        SharedAccess.ReadWrite => 1 | 2,
        SharedAccess.ReadExecute => 1 | 4,
        _ => 1,
    };

    private int ReceiveListener()
    {
        Span<PollEntry> entries = [new PollEntry(socket)];
        if (!Kernel.Poll(entries, AttachMilliseconds))
            throw new IsolationException($"a worker process did not answer within {AttachMilliseconds} ms");

        WorkerReport report = default;
        byte* control = stackalloc byte[ControlHeader.Size + 8];
        ulong* vector = stackalloc ulong[2] { (ulong)&report, (ulong)sizeof(WorkerReport) };
        MessageHeader header = new() { Vector = (ulong)vector, VectorCount = 1, Control = (ulong)control, ControlBytes = ControlHeader.Size + 8 };
        nint received = Kernel.Receive(socket, &header);
        if (received != sizeof(WorkerReport))
            throw new IsolationException($"a worker process ended while it was being set up: {Reap()}");
        if (report.Step != WorkerStep.Ready)
            throw new IsolationException($"the worker's step '{report.Step}' failed: {Marshal.GetPInvokeErrorMessage(report.Error)}");
        return *(int*)(control + ControlHeader.Size);
    }
}
