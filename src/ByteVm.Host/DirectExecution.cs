using System.Runtime.InteropServices;
using ByteVm.Host.Faults;
using ByteVm.Host.Stubs;
using ByteVm.Memory.Layout;

namespace ByteVm.Host;

/// <summary>
/// Direct execution in this process: the stubs, and the handlers that turn hardware faults of guests into traps.
/// Signal handlers belong to a process, so this is the one object that a process has once; it is made at first use and stays.
/// </summary>
internal sealed unsafe class DirectExecution
{
    private static readonly Lazy<DirectExecution> Lazy = new(() => new DirectExecution());

    private readonly FaultHandlerState* state;
    private readonly GuestStackTable stacks;

    private DirectExecution()
    {
        if (UnsupportedReason is { } reason)
            throw new PlatformNotSupportedException(reason);
        state = (FaultHandlerState*)NativeMemory.AllocZeroed((nuint)sizeof(FaultHandlerState));
        stacks = new GuestStackTable(state);
        StubPage stubs = new(state);
        Switch = new WorldSwitch(stubs);
        FaultHandlers.Install(stubs.FaultHandler, state);
    }

    /// <summary>Throws <see cref="PlatformNotSupportedException"/> where direct execution is not to be had, and InvalidOperationException if the system refuses it.</summary>
    public static DirectExecution Instance => Lazy.Value;

    public static bool IsSupported => UnsupportedReason is null;

    /// <summary>Null where direct execution is to be had; otherwise a sentence that says why not.</summary>
    public static string? UnsupportedReason =>
        !OperatingSystem.IsLinux() ? $"Direct execution needs Linux; this is {RuntimeInformation.OSDescription}."
        : RuntimeInformation.ProcessArchitecture != Architecture.X64 ? $"Direct execution needs x86-64; this process is {RuntimeInformation.ProcessArchitecture}."
        : null;

    public WorldSwitch Switch { get; }

    /// <summary>
    /// Makes [start, start + bytes), guards included, known as a guest stack of this context until <see cref="RemoveStack"/>. A guest that jumps out of
    /// all guest code is recognized by its stack alone.
    /// </summary>
    public void AddStack(ulong start, ulong bytes, InstanceContext* context) => stacks.Add(start, bytes, context);

    public void RemoveStack(ulong start) => stacks.Remove(start);

    /// <summary>Names the one reservation that holds all guest code of the process; before any guest runs.</summary>
    public void SetGuestCode(ulong start, ulong bytes)
    {
        state->CodeStart = start;
        Volatile.Write(ref state->CodeBytes, bytes);
    }

    /// <summary>Makes the current thread fit to run guests; dispose the result on the same thread when it stops doing so.</summary>
    public SignalStack EnterThread() => SignalStack.EnsureForThisThread();
}
