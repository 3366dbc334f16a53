namespace ByteVm.Memory;

/// <summary>What a heap did so far. Byte and object counts of allocations are exact and the same on every engine, with any option.</summary>
public sealed record HeapStatistics
{
    public long Collections => Minor.Count + Full.Count;

    /// <summary>Bytes of all objects ever allocated, headers and padding included.</summary>
    public required long BytesAllocated { get; init; }

    /// <summary>Objects ever allocated; null unless <see cref="HeapOptions.CountObjects"/>.</summary>
    public required long? ObjectsAllocated { get; init; }

    /// <summary>Bytes that minor collections copied from the nursery to the old space.</summary>
    public required long BytesPromoted { get; init; }

    /// <summary>Bytes of all objects in the heap, dead ones included that are not yet collected.</summary>
    public required long UsedBytes { get; init; }

    /// <summary>Bytes alive after the last full collection; zero before the first.</summary>
    public required long LiveBytes { get; init; }

    /// <summary>Bytes that full collections found alive, in all of them together: what their time goes by.</summary>
    public required long BytesFoundAlive { get; init; }

    /// <summary>Collections of young objects alone.</summary>
    public required PauseStatistics Minor { get; init; }

    /// <summary>Collections of everything.</summary>
    public required PauseStatistics Full { get; init; }

    public TimeSpan TotalPause => Minor.Total + Full.Total;

    public TimeSpan MaxPause => Minor.Max > Full.Max ? Minor.Max : Full.Max;
}

/// <summary>How long the guest stood still. A percentile is at most 6.25 % too high.</summary>
public readonly record struct PauseStatistics(long Count, TimeSpan Total, TimeSpan Median, TimeSpan Percentile99, TimeSpan Max)
{
    internal static PauseStatistics Of(PauseHistogram? pauses) =>
        pauses is null ? default : new(pauses.Count, pauses.Total, pauses.Percentile(0.50), pauses.Percentile(0.99), pauses.Max);
}
