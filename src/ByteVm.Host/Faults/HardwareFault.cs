using System.Diagnostics.CodeAnalysis;
using System.Text;
using ByteVm.Host.Linux;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Host.Faults;

/// <summary>What a hardware fault of a guest means.</summary>
internal enum FaultVerdict
{
    /// <summary>A known trap site went through null.</summary>
    NullAccess,

    /// <summary>A known trap site reached the guard below the guest's stack.</summary>
    StackOverflow,

    /// <summary>A known trap site reached memory of the cage that is not mapped, or its guards: the guest's heap is corrupt, and only that.</summary>
    OutsideHeap,

    /// <summary>Anything else: code that must not fault has, or an address that code cannot form was used. The isolation cannot be relied on any longer.</summary>
    Fatal,
}

/// <summary>
/// Judges the hardware fault that a context holds after <see cref="TrapKind.HardwareFault"/>. A fault is the guest's own only if both hold:
/// the code address is a known trap site, and the data address lies where checked code may go wrong.
/// </summary>
internal static unsafe class HardwareFault
{
    /// <summary>EX_SOFTWARE of sysexits.h.</summary>
    public const int KilledStatus = 70;

    private const int SigSegv = 11;

    /// <param name="context">After the fault.</param>
    /// <param name="cage">The instance's.</param>
    /// <param name="stack">The instance's.</param>
    /// <param name="isTrapSite">Whether the instruction at a code address may fault.</param>
    public static FaultVerdict Judge(InstanceContext* context, Cage cage, GuestStack stack, Func<ulong, bool> isTrapSite)
    {
        if (context->FaultSignal != SigSegv || !isTrapSite(context->FaultRip))
            return FaultVerdict.Fatal;
        ulong address = context->FaultAddress;
        if (address - (ulong)cage.Base < CageLayout.NullBytes)
            return FaultVerdict.NullAccess;
        if (cage.Contains(address))
            return FaultVerdict.OutsideHeap;
        return stack.Contains(address) && address < (ulong)stack.Limit ? FaultVerdict.StackOverflow : FaultVerdict.Fatal;
    }

    /// <summary>One line: signal, code address, data address and where that lies.</summary>
    public static string Describe(InstanceContext* context, Cage cage, GuestStack stack) =>
        $"{SignalName(context->FaultSignal)} at code address 0x{context->FaultRip:x}, data address 0x{context->FaultAddress:x} ({Place(context, cage, stack)})";

    /// <summary>Ends this process at once with status <see cref="KilledStatus"/>: for a fault whose verdict is <see cref="FaultVerdict.Fatal"/>.</summary>
    [DoesNotReturn]
    public static void Kill(InstanceContext* context, Cage cage, GuestStack stack)
    {
        byte[] message = Encoding.UTF8.GetBytes(
            $"""
            bytevm: machine code made from the program faulted where it must not: {Describe(context, cage, stack)}.
            This is a defect of ByteVm, not of the program. The process ends here because its memory can no longer be trusted.
            Run the program on the interpreter, and report this with the program and the lines above.

            """);
        fixed (byte* start = message)
            _ = LibC.Write(2, start, (nuint)message.Length);
        LibC.ExitNow(KilledStatus);
        throw new InvalidOperationException("_exit returned");
    }

    private static string Place(InstanceContext* context, Cage cage, GuestStack stack)
    {
        ulong address = context->FaultAddress;
        const int kernelCode = 0x80;
        return context->FaultCode == kernelCode ? "not an address: non-canonical, or a privileged instruction"
            : address - (ulong)cage.Base < CageLayout.NullBytes ? "the cage's null pages"
            : address - (ulong)cage.Base < (ulong)CageLayout.Size ? "the cage"
            : cage.Contains(address) ? "the cage's guards"
            : !stack.Contains(address) ? "neither cage nor stack"
            : address < (ulong)stack.Limit ? "the stack's lower guard"
            : "the stack or its upper guard";
    }

    private static string SignalName(uint signal) => signal switch
    {
        4 => "SIGILL",
        5 => "SIGTRAP",
        7 => "SIGBUS",
        8 => "SIGFPE",
        SigSegv => "SIGSEGV",
        _ => $"signal {signal}",
    };
}
