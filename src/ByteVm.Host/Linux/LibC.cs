using System.Runtime.InteropServices;

namespace ByteVm.Host.Linux;

/// <summary>The calls of this project into the C library of x86-64 Linux: signals, and the end of the process.</summary>
internal static unsafe partial class LibC
{
    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int SetSignalAction(int signal, SignalAction* action, SignalAction* previous);

    [LibraryImport("libc", EntryPoint = "sigaltstack", SetLastError = true)]
    private static partial int SetAlternateStack(AlternateStack* stack, AlternateStack* previous);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int descriptor, byte* bytes, nuint length);

    /// <summary>Ends the process at once: no exit handlers, no finalizers.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int status);

    public static SignalAction GetAction(int signal)
    {
        SignalAction action;
        Check(SetSignalAction(signal, null, &action), "sigaction");
        return action;
    }

    public static void SetAction(int signal, SignalAction action) => Check(SetSignalAction(signal, &action, null), "sigaction");

    public static AlternateStack GetAlternateStack()
    {
        AlternateStack stack;
        Check(SetAlternateStack(null, &stack), "sigaltstack");
        return stack;
    }

    public static void SetAlternateStack(AlternateStack stack) => Check(SetAlternateStack(&stack, null), "sigaltstack");

    private static void Check(int result, string call)
    {
        if (result != 0)
            throw new InvalidOperationException($"Direct execution cannot be set up: {call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }
}

/// <summary>struct sigaction of the C library on x86-64.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SignalAction
{
    public const int HasInfo = 4, OnAlternateStack = 0x0800_0000;
    public const int ResetHandler = unchecked((int)0x8000_0000);

    /// <summary>Values of <see cref="Handler"/> that are not addresses.</summary>
    public const nint Default = 0, Ignore = 1;

    public nint Handler;
    public SignalMask Mask;
    public int Flags;
    public nint Restorer;

    [System.Runtime.CompilerServices.InlineArray(16)]
    public struct SignalMask
    {
        private ulong first;
    }
}

/// <summary>stack_t on x86-64.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AlternateStack
{
    public const int Disabled = 2;

    public nint Start;
    public int Flags;
    public nuint Bytes;
}
