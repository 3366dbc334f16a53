namespace ByteVm.Memory;

/// <summary>When a heap collects without need.</summary>
public enum GcStressMode
{
    Never,

    /// <summary>At every allocation everything moves.</summary>
    Allocations,

    /// <summary>As <see cref="Allocations"/>, and at every poll of the stop flag and after every service.</summary>
    Safepoints,

    /// <summary>At some of these points by chance, mostly the young objects, else all.</summary>
    Random,
}

/// <summary>
/// Collections beyond need, to ever new addresses, with what was left poisoned and the heap verified: for finding whoever holds a
/// reference across a safepoint or stores one without the write barrier.
/// </summary>
/// <param name="Seed">Of <see cref="GcStressMode.Random"/>: the same seed collects at the same points.</param>
/// <param name="Interval">Of <see cref="GcStressMode.Random"/>: points from one collection to the next, on average.</param>
public readonly record struct GcStress(GcStressMode Mode, int Seed = 0, int Interval = GcStress.DefaultInterval)
{
    public const int DefaultInterval = 4;
    public const int MaxInterval = 1_000_000;

    /// <summary>Collections of young objects for each one of all.</summary>
    internal const int YoungPerFull = 8;

    public static GcStress Never => default;
    public static GcStress Allocations => new(GcStressMode.Allocations);
    public static GcStress Safepoints => new(GcStressMode.Safepoints);

    /// <param name="interval">The longer, the larger the programs that can be run this way.</param>
    public static GcStress Random(int seed, int interval = DefaultInterval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, MaxInterval);
        return new(GcStressMode.Random, seed, interval);
    }

    public bool IsOn => Mode != GcStressMode.Never;

    /// <summary>Whether polls and services may collect, too.</summary>
    public bool AtSafepoints => Mode is GcStressMode.Safepoints or GcStressMode.Random;
}
