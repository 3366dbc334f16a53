using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Host.Linux;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Host.Worker;

/// <summary>
/// How a worker's traps reach the host. A trap is a system call number that no kernel has; seccomp holds the worker inside of it and
/// notifies the host (SECCOMP_RET_USER_NOTIF), until the host answers. As the worker has one thread and cannot make another, nothing in it
/// runs while the host handles the trap: what the host reads cannot change under its eyes.
/// <para>
/// With a spin limit both sides first look at the mailbox for a while, which is faster when they have a processor each. Then the
/// worker only claims to wait, and a hostile one may go on writing while the host reads. <see cref="ParkedNow"/> tells which it is.
/// </para>
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class TrapChannel : IDisposable
{
    private const int InputOutputControl = 16;
    private const uint ReceiveNotification = 0xC050_2100, SendAnswer = 0xC018_2101, SetFlags = 0x4008_2104;
    private const nint WakeOnSameProcessor = 1;

    private readonly int listener;
    private readonly WorkerProcess worker;
    private readonly WorkerMailbox* mailbox;
    private readonly int spinLimit;
    private ulong pending;

    /// <param name="worker">Attached.</param>
    /// <param name="listener">Of its trap calls; the channel owns it.</param>
    /// <param name="context">The shared context page.</param>
    /// <param name="spinLimit">How often to look at the mailbox before sleeping; 0 to always sleep.</param>
    public TrapChannel(WorkerProcess worker, int listener, InstanceContext* context, int spinLimit)
    {
        this.worker = worker;
        this.listener = listener;
        this.spinLimit = spinLimit;
        mailbox = (WorkerMailbox*)((byte*)context + WorkerLayout.MailboxOffset);
        mailbox->SpinLimit = (uint)spinLimit;
        // A wish: since both sides take turns, the kernel shall wake the other on this processor. Kernels before 6.6 do not know it.
        if (spinLimit == 0)
            _ = Kernel.Call(InputOutputControl, listener, Request(SetFlags), WakeOnSameProcessor);
    }

    /// <summary>Whether the kernel holds the worker: it does not run, whatever it claims.</summary>
    public bool ParkedNow => pending != 0;

    /// <summary>Waits for the worker's trap.</summary>
    /// <returns>False when it has died.</returns>
    public bool WaitForTrap() => SpinForTurn() || SleepForTurn();

    /// <summary>Lets the worker go on as its context says.</summary>
    public void Resume()
    {
        Volatile.Write(ref mailbox->Turn, 0);
        if (pending != 0)
            Answer();
    }

    public void Dispose() => Kernel.Close(listener);

    private bool SpinForTurn()
    {
        for (int i = 0; i < spinLimit; i++)
        {
            if (Volatile.Read(ref mailbox->Turn) == 1)
                return true;
            // It made its trap call just before the turn was passed: it has to be woken.
            if ((i & 63) == 63 && Volatile.Read(ref mailbox->Asleep) != 0)
                return false;
            System.Runtime.Intrinsics.X86.X86Base.Pause();
        }

        return false;
    }

    private bool SleepForTurn()
    {
        Span<PollEntry> entries = [new PollEntry(listener), new PollEntry(worker.Descriptor)];
        while (true)
        {
            Kernel.Poll(entries);
            if (entries[1].Happened != 0 || (entries[0].Happened & PollEntry.Readable) == 0)
                return false;
            if (!Receive())
                continue;
            if (spinLimit == 0 || Volatile.Read(ref mailbox->Turn) == 1)
                return true;
            Answer();
        }
    }

    private static nint Request(long number) => (nint)number;

    /// <returns>False when the call is no longer there: the worker was killed or interrupted in it.</returns>
    private bool Receive()
    {
        Notification notification = default;
        nint result = Kernel.Call(InputOutputControl, listener, Request(ReceiveNotification), (nint)(&notification));
        if (result == 0)
            pending = notification.Id;
        else if (result != -Kernel.NoSuchEntry && result != -Kernel.Interrupted)
            throw new Win32Exception((int)-result, "receiving a worker's trap failed");
        return result == 0;
    }

    private void Answer()
    {
        AnswerMessage answer = new() { Id = pending };
        pending = 0;
        nint result = Kernel.Call(InputOutputControl, listener, Request(SendAnswer), (nint)(&answer));
        if (result != 0 && result != -Kernel.NoSuchEntry)
            throw new Win32Exception((int)-result, "answering a worker's trap failed");
    }

    /// <summary>struct seccomp_notif.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 80)]
    private struct Notification
    {
        /// <summary>Never 0 in what the kernel hands out to us: it starts at a random number and counts.</summary>
        public ulong Id;
    }

    /// <summary>struct seccomp_notif_resp: with flags 0, so that the kernel never executes the call.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct AnswerMessage
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }
}
