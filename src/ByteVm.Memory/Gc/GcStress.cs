namespace ByteVm.Memory;

/// <summary>When a heap collects without need.</summary>
public enum GcStressMode
{
    Never,

    /// <summary>At every allocation everything moves.</summary>
    Allocations,

    /// <summary>As <see cref="Allocations"/>, and at every poll of the stop flag and after every service.</summary>
    Safepoints,

    /// <summary>At each of these points by chance, either the young objects or all.</summary>
    Random,
}

/// <summary>
/// Collections beyond need, to ever new addresses, with what was left poisoned and the heap verified: for finding whoever holds a
/// reference across a safepoint or stores one without the write barrier.
/// </summary>
/// <param name="Seed">Of <see cref="GcStressMode.Random"/>: the same seed collects at the same points.</param>
public readonly record struct GcStress(GcStressMode Mode, int Seed = 0)
{
    public static GcStress Never => default;
    public static GcStress Allocations => new(GcStressMode.Allocations);
    public static GcStress Safepoints => new(GcStressMode.Safepoints);

    public static GcStress Random(int seed) => new(GcStressMode.Random, seed);

    public bool IsOn => Mode != GcStressMode.Never;

    /// <summary>Whether polls and services may collect, too.</summary>
    public bool AtSafepoints => Mode is GcStressMode.Safepoints or GcStressMode.Random;
}
