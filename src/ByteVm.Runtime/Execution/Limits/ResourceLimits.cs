using ByteVm.Runtime.Execution.Imports;

namespace ByteVm;

/// <summary>
/// What an instance may use beside fuel, memory and stack. Null is unlimited; open handles, which the whole process shares, always have a limit. A guest that meets one ends with a fault of kind
/// <see cref="FaultKind.LimitExceeded"/> whose message names the limit.
/// </summary>
public sealed record ResourceLimits
{
    public const int DefaultOpenHandles = 64;
    public const int MaxOpenHandles = HandleTable.MaxHandles;

    public static readonly ResourceLimits None = new();

    /// <summary>Longest duration of one call into the guest, host operations included.</summary>
    public TimeSpan? WallClock { get; init; }

    /// <summary>Most CPU time of one call into the guest.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Most bytes that the guest may write to its console and error output together. The write that would exceed it writes nothing.</summary>
    public long? OutputBytes { get; init; }

    /// <summary>Most files and the like that the guest may have open at the same time, up to <see cref="MaxOpenHandles"/>.</summary>
    public int OpenHandles { get; init; } = DefaultOpenHandles;

    /// <summary>Most traps (services, host operations) in any one second.</summary>
    public int? TrapsPerSecond { get; init; }

    internal void Validate()
    {
        InstanceOptions.Require(nameof(WallClock), WallClock?.Ticks ?? 0, 0, long.MaxValue);
        InstanceOptions.Require(nameof(CpuTime), CpuTime?.Ticks ?? 0, 0, long.MaxValue);
        InstanceOptions.Require(nameof(OutputBytes), OutputBytes ?? 0, 0, long.MaxValue);
        InstanceOptions.Require(nameof(OpenHandles), OpenHandles, 0, MaxOpenHandles);
        InstanceOptions.Require(nameof(TrapsPerSecond), TrapsPerSecond ?? 0, 0, int.MaxValue);
    }
}
