using System.Runtime.Versioning;
using ByteVm.Host.Linux;

namespace ByteVm.Host.Worker;

/// <summary>One thing that isolation by worker processes builds on.</summary>
/// <param name="Name">As the kernel's documentation names it.</param>
/// <param name="IsRequired">Whether workers are refused without it; the others are an additional wall where they can be had.</param>
/// <param name="IsAvailable">What the probe found.</param>
/// <param name="Probe">How it was found out.</param>
internal sealed record IsolationFeature(string Name, bool IsRequired, bool IsAvailable, string Probe);

/// <summary>What this machine offers for isolation, each found out by trying it.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class IsolationFeatures
{
    private const int ProcessControl = 157, Seccomp = 317, MemoryFile = 319, ProcessDescriptor = 434, CloseRange = 436, OpenBeneath = 437, LandlockCreate = 444, Control = 72;
    private const int BadAddress = 14;

    /// <summary>The kernel's version of Landlock; 0 when there is none.</summary>
    public static int LandlockAbi => (int)Math.Max(0, Kernel.Call(LandlockCreate, 0, 0, 1));

    public static IReadOnlyList<IsolationFeature> Probe() =>
    [
        new("seccomp filters", true, Kernel.Call(Seccomp, 1, 0, 0) == -BadAddress, "seccomp(SET_MODE_FILTER) of no filter answers EFAULT"),
        new("SECCOMP_RET_USER_NOTIF", true, ActionAvailable(0x7FC0_0000), "seccomp(GET_ACTION_AVAIL)"),
        new("SECCOMP_RET_KILL_PROCESS", true, ActionAvailable(0x8000_0000), "seccomp(GET_ACTION_AVAIL)"),
        new("F_SEAL_FUTURE_WRITE", true, CanSealFutureWrites(), "fcntl(F_ADD_SEALS) on a file of memory"),
        new("process descriptors (pidfd)", true, Opens(ProcessDescriptor, Environment.ProcessId, 0), "pidfd_open of this process"),
        new("close_range", true, Kernel.Call(CloseRange, int.MaxValue, int.MaxValue, 0) == 0, "close_range of an unused descriptor"),
        new("PR_SET_TSC", true, GetTimestampMode(), "prctl(PR_GET_TSC)"),
        new("openat2(RESOLVE_BENEATH)", false, Kernel.Call(OpenBeneath, -1, 0, 0, 0) == -Kernel.InvalidArgument, "openat2 with a size of 0 answers EINVAL"),
        new("PR_SET_MDWE", false, Kernel.Call(ProcessControl, 66) >= 0, "prctl(PR_GET_MDWE)"),
        new($"Landlock{(LandlockAbi > 0 ? $" (ABI {LandlockAbi})" : "")}", false, LandlockAbi > 0, "landlock_create_ruleset(VERSION)"),
        new("speculation control by prctl", false, Kernel.Call(ProcessControl, 52, 0) > 0, "prctl(PR_GET_SPECULATION_CTRL)"),
    ];

    private static bool ActionAvailable(uint action) => Kernel.Call(Seccomp, 2, 0, (nint)(&action)) == 0;

    private static bool GetTimestampMode()
    {
        int mode;
        return Kernel.Call(ProcessControl, 25, (nint)(&mode)) == 0;
    }

    private static bool CanSealFutureWrites()
    {
        const int allowSealing = 2, addSeals = 1033, futureWrite = 16;
        byte name = 0;
        int file = (int)Kernel.Call(MemoryFile, (nint)(&name), allowSealing);
        bool sealed_ = file >= 0 && Kernel.Call(Control, file, addSeals, futureWrite) == 0;
        Kernel.Close(file);
        return sealed_;
    }

    private static bool Opens(int call, nint argument, nint flags)
    {
        int descriptor = (int)Kernel.Call(call, argument, flags);
        Kernel.Close(descriptor);
        return descriptor >= 0;
    }
}
