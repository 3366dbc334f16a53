namespace ByteVm;

/// <summary>
/// What an instance may use beside fuel, memory and stack. Null is unlimited. A guest that meets one ends with a fault of kind
/// <see cref="FaultKind.LimitExceeded"/> whose message names the limit.
/// </summary>
public sealed record ResourceLimits
{
    public static readonly ResourceLimits None = new();

    /// <summary>Longest duration of one call into the guest, host operations included.</summary>
    public TimeSpan? WallClock { get; init; }

    /// <summary>Most CPU time of one call into the guest.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Most bytes that the guest may write to its console and error output together. The write that would exceed it writes nothing.</summary>
    public long? OutputBytes { get; init; }

    /// <summary>Most traps (services, host operations) in any one second.</summary>
    public int? TrapsPerSecond { get; init; }
}
