using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using ByteVm.Host.Faults;
using ByteVm.Host.Stubs;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Host;

/// <summary>
/// Direct execution in this process: the stubs, and the handlers that turn hardware faults of guests into traps.
/// Signal handlers belong to a process, so this is the one object that a process has once; it is made at first use and stays.
/// </summary>
internal sealed unsafe class DirectExecution
{
    private static readonly Lazy<DirectExecution> Lazy = new(() => new DirectExecution());

    private readonly GuestStackTable stacks;

    private DirectExecution()
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException(UnsupportedReason);
        FaultHandlerState* state = (FaultHandlerState*)NativeMemory.AllocZeroed((nuint)sizeof(FaultHandlerState));
        state->CodeStart = CodeSpace.Start;
        state->CodeBytes = (ulong)CodeSpace.Bytes;
        stacks = new GuestStackTable(state);
        StubPage stubs = new(state);
        Switch = new WorldSwitch(stubs);
        FaultHandlers.Install(stubs.FaultHandler, state);
    }

    /// <summary>Throws <see cref="PlatformNotSupportedException"/> where direct execution is not to be had, and InvalidOperationException if the system refuses it.</summary>
    public static DirectExecution Instance => Lazy.Value;

    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported => UnsupportedReason is null;

    /// <summary>Null where direct execution is to be had; otherwise a sentence that says why not.</summary>
    public static string? UnsupportedReason =>
        !OperatingSystem.IsLinux() ? $"Direct execution needs Linux; this is {RuntimeInformation.OSDescription}."
        : RuntimeInformation.ProcessArchitecture != Architecture.X64 ? $"Direct execution needs x86-64; this process is {RuntimeInformation.ProcessArchitecture}."
        : null;

    public WorldSwitch Switch { get; }

    /// <summary>
    /// Makes a context fit to run: it gets the stubs' addresses and the guest's floating-point mode, and its stack is made known to the fault handler.
    /// Dispose the result before stack and context.
    /// </summary>
    public IDisposable Connect(InstanceContext* context, GuestStack stack)
    {
        Switch.Connect(context);
        stacks.Add(stack.ReservedStart, stack.ReservedBytes, context);
        return new Connection(stacks, stack.ReservedStart);
    }

    /// <summary>Makes the current thread fit to run guests; dispose the result on the same thread when it stops doing so.</summary>
    public SignalStack EnterThread() => SignalStack.EnsureForThisThread();

    private sealed class Connection(GuestStackTable stacks, ulong start) : IDisposable
    {
        public void Dispose() => stacks.Remove(start);
    }
}
