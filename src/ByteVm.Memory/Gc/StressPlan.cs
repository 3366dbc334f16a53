using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

internal enum StressAction
{
    None,
    Young,
    Everything,
}

/// <summary>What <see cref="GcStress"/> does at each point, and where to it moves the old objects.</summary>
internal sealed class StressPlan(HeapOptions options, OldSpace old)
{
    /// <summary>Old objects go to one of this many places in each of two areas, so that an address returns only after twice as many collections.</summary>
    private const uint Offsets = 251;

    private const uint AreaBytes = 64 * 1024 * 1024;

    private readonly Random? random = options.Stress.Mode == GcStressMode.Random ? new Random(options.Stress.Seed) : null;

    /// <summary>Bytes of the old space that stress may leave unused at its bottom.</summary>
    public const uint MaxOffset = Offsets * ObjectLayout.Alignment;

    public StressAction Next()
    {
        if (random is null)
            return StressAction.Everything;
        int draw = random.Next(options.Stress.Interval * (GcStress.YoungPerFull + 1));
        return draw == 0 ? StressAction.Everything : draw <= GcStress.YoungPerFull ? StressAction.Young : StressAction.None;
    }

    /// <summary>Where a full collection shall move the old objects: down, or under stress apart from where they are, if they are few enough.</summary>
    public uint Target(long collections)
    {
        if (!options.Stress.IsOn)
            return old.Start;
        bool fits = old.Used + MaxOffset <= AreaBytes && options.MemoryLimit + AreaBytes + MaxOffset <= old.End - old.Start;
        if (!fits)
            return old.Bottom;
        uint area = old.Bottom < old.Start + AreaBytes ? old.Start + AreaBytes : old.Start;
        return area + (uint)(collections % Offsets) * ObjectLayout.Alignment;
    }
}
