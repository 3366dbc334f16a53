using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
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
/// Both sides take turns, so the kernel is asked to wake the other on this processor: a processor that sleeps takes three times as long to wake.
/// </para>
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

    /// <summary>A worker that slept is looked for this many times longer: its processor has to wake first.</summary>
    private const int WakingTakes = 8;

    /// <summary>From this kernel on, waiting for a notification ends when the worker does; before, the end has to be waited for beside it.</summary>
    private static readonly bool ReceiveSeesTheEnd = Environment.OSVersion.Version >= new Version(6, 11);

    private readonly int listener;
    private readonly WorkerProcess worker;
    private readonly WorkerMailbox* mailbox;
    private AdaptiveSpin spin;

    /// <summary>The worker looked for its turn when it was passed; just then it may have given up and made its trap call.</summary>
    private bool resumedByMailbox;
    private ulong pending;

    /// <param name="worker">Attached.</param>
    /// <param name="listener">Of its trap calls; the channel owns it.</param>
    /// <param name="context">The shared context page.</param>
    public TrapChannel(WorkerProcess worker, int listener, InstanceContext* context)
    {
        this.worker = worker;
        this.listener = listener;
        mailbox = (WorkerMailbox*)((byte*)context + WorkerLayout.MailboxOffset);
        SpinAtMost(0);
    }

    /// <summary>Whether the kernel holds the worker: it does not run, whatever it claims.</summary>
    public bool ParkedNow => pending != 0;

    /// <param name="limit">How often to look at the mailbox before sleeping; 0 to always sleep.</param>
    public void SpinAtMost(int limit)
    {
        spin = new AdaptiveSpin(limit);
        // A wish: kernels before 6.6 do not know it. Who is looked for must be on another processor.
        _ = Kernel.Call(InputOutputControl, listener, Request(SetFlags), limit == 0 ? WakeOnSameProcessor : 0);
    }

    /// <summary>Waits for the worker's trap.</summary>
    /// <returns>False when it has died.</returns>
    public bool WaitForTrap()
    {
        bool found = SpinForTurn(resumedByMailbox ? spin.Limit : spin.Limit * WakingTakes);
        spin.Record(found);
        return found || SleepForTurn();
    }

    /// <summary>Tells the worker what it will find populated when it goes on.</summary>
    public void Announce(PopulatedRanges populated)
    {
        ReadOnlySpan<PopulatedRange> ranges = populated.Ranges;
        if (ranges.IsEmpty)
            return;
        ranges.CopyTo(mailbox->Ranges);
        Volatile.Write(ref mailbox->RangeCount, (uint)ranges.Length);
        populated.Clear();
    }

    /// <summary>Lets the worker go on as its context says.</summary>
    public void Resume()
    {
        Volatile.Write(ref mailbox->SpinLimit, (uint)spin.Limit);
        Volatile.Write(ref mailbox->Turn, 0);
        resumedByMailbox = pending == 0;
        if (resumedByMailbox)
            return;
        Volatile.Write(ref mailbox->Asleep, 0);
        Answer();
    }

    public void Dispose() => Kernel.Close(listener);

    private bool SpinForTurn(int limit)
    {
        for (int i = 0; i < limit; i++)
        {
            if (Volatile.Read(ref mailbox->Turn) == 1)
                return true;
            // It made its trap call just before the turn was passed: it has to be woken.
            if ((i & 63) == 63 && Volatile.Read(ref mailbox->Asleep) != 0)
                return false;
            X86Base.Pause();
        }

        return false;
    }

    private bool SleepForTurn()
    {
        // It need not look for a host that sleeps.
        Volatile.Write(ref mailbox->SpinLimit, 0);
        while (true)
        {
            if (!ReceiveSeesTheEnd)
                Kernel.Poll([new PollEntry(listener), new PollEntry(worker.Descriptor)]);
            if (!Receive())
            {
                if (HasEnded())
                    return false;
                continue;
            }

            if (!resumedByMailbox || Volatile.Read(ref mailbox->Turn) == 1)
                return true;
            resumedByMailbox = false;
            Answer();
        }
    }

    /// <summary>The listener hangs up when no process is left that it listens to.</summary>
    private bool HasEnded()
    {
        Span<PollEntry> entries = [new PollEntry(listener), new PollEntry(worker.Descriptor)];
        return Kernel.Poll(entries, milliseconds: 0) && ((entries[0].Happened & PollEntry.HungUp) != 0 || entries[1].Happened != 0);
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
