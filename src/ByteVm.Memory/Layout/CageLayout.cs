namespace ByteVm.Memory.Layout;

/// <summary>
/// The address space of one instance. A guest reference is a 32-bit byte offset from the cage base; zero is null.
/// <code>
///   [guard, unmapped] [cards]      [guard] [null pages, unmapped] [permanent area] [heap ... ] [end slack, unmapped] [guard, unmapped]
///   base-LowerGuard    base-64 MiB          base                   +NullBytes                   +4 GiB-EndSlack       +4 GiB
/// </code>
/// Machine code forms every heap address as base + zero-extended 32-bit register + displacement with
/// 0 &lt;= displacement &lt;= <see cref="MaxDisplacement"/>. Hence no access leaves [base, base + 4 GiB + MaxDisplacement + 64).
/// The one exception marks a card: base + (32-bit register shifted right by <see cref="CardShift"/>) + <see cref="CardTableOffset"/>.
/// An access through null with any allowed displacement falls into the null pages, which turns null checks into hardware faults.
/// </summary>
public static class CageLayout
{
    /// <summary>Bytes at the start of the cage that are never mapped.</summary>
    public const uint NullBytes = 64 * 1024;

    /// <summary>Largest constant displacement machine code may add to a reference. Below <see cref="NullBytes"/> by the widest access.</summary>
    public const int MaxDisplacement = 60 * 1024;

    /// <summary>Unmapped bytes at the end of the 4 GiB so that "top + object size" never wraps in 32 bits for small objects.</summary>
    public const uint EndSlack = 128 * 1024;

    /// <summary>Bytes addressable from the base: 4 GiB.</summary>
    public const long Size = 1L << 32;

    /// <summary>Reserved, unmapped bytes before the base, against sign-extension errors.</summary>
    public const long LowerGuard = 2L << 30;

    /// <summary>Reserved, unmapped bytes after the cage.</summary>
    public const long UpperGuard = 2L << 30;

    /// <summary>First byte of the permanent area: string literals and globals, at offsets that are the same in every instance of a program.</summary>
    public const uint PermanentStart = NullBytes;

    /// <summary>
    /// Binary logarithm of the bytes of the cage that one card stands for. Small cards, as a program that changes old objects here and there
    /// dirties about as many of either size, and each is scanned as a whole.
    /// </summary>
    public const int CardShift = 7;

    public const uint CardBytes = 1u << CardShift;

    /// <summary>One byte per card of the whole cage.</summary>
    public const uint CardTableBytes = (uint)(Size >> CardShift);

    /// <summary>Displacement from the base to the card of offset 0: the table lies inside of the lower guard, with guards on both of its sides.</summary>
    public const int CardTableOffset = -64 * 1024 * 1024;

    /// <summary>What a store of a reference writes to the card of the field; zero is clean.</summary>
    public const byte DirtyCard = 1;
}
