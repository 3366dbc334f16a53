using ByteVm.Memory;

namespace ByteVm.Runtime.Execution;

/// <summary>What one instance may use. Reaching a limit is a trap with a clear message, never a crash of the host.</summary>
internal sealed record InstanceLimits
{
    public const long DefaultMemoryBytes = 1L << 30;

    public static readonly InstanceLimits Default = new();

    /// <summary>Units of fuel; null is unlimited. Counts only where the program was linked metered.</summary>
    public long? Fuel { get; init; }

    /// <summary>Most bytes of reachable objects.</summary>
    public long MemoryBytes { get; init; } = DefaultMemoryBytes;

    /// <summary>Bytes for frames.</summary>
    public long StackBytes { get; init; } = GuestStack.DefaultBytes;
}
