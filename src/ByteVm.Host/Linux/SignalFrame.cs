namespace ByteVm.Host.Linux;

/// <summary>
/// The frame that the x86-64 Linux kernel pushes for a signal handler, part of its stable ABI (struct rt_sigframe):
/// <code>
///   rsp  return address (sigreturn trampoline) | ucontext (rdx) | siginfo (rsi) | ... | XSAVE area, 64-byte aligned
/// </code>
/// The offsets name the part they start from.
/// </summary>
internal static class SignalFrame
{
    public const int InfoCode = 8;
    public const int InfoAddress = 16;

    public const int ContextStackStart = 16;
    public const int ContextStackBytes = 32;
    public const int ContextFlags = 176;
    public const int ContextFloatingPoint = 224;
    public const int ContextRip = 168;
    public const int ContextRsp = 160;
    public const int ContextRbp = 120;
    public const int ContextR14 = 88;

    public const int FloatingPointXmm0 = 160;
    public const int FloatingPointMagic = 464;
    public const int FloatingPointExtendedBytes = 468;

    /// <summary>FP_XSTATE_MAGIC1: the XSAVE area is longer than the 512 bytes of FXSAVE, by what ExtendedBytes says.</summary>
    public const int ExtendedMagic = 0x4650_5853;
    public const int LegacyFloatingPointBytes = 512;

    /// <summary>Bytes below rsp that the interrupted code may still use.</summary>
    public const int RedZoneBytes = 128;

    /// <summary>Where ucontext holds the general register with each hardware number.</summary>
    public static readonly int[] ContextGeneralRegisters = [144, 152, 136, 128, ContextRsp, ContextRbp, 112, 104, 40, 48, 56, 64, 72, 80, ContextR14, 96];
}
