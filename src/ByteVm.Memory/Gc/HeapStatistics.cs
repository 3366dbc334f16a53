namespace ByteVm.Memory;

/// <summary>What a heap did so far. Byte and object counts are exact and the same on every engine while no limit or option differs.</summary>
public sealed record HeapStatistics
{
    public required long Collections { get; init; }

    /// <summary>Bytes of all objects ever allocated, headers and padding included.</summary>
    public required long BytesAllocated { get; init; }

    /// <summary>Objects ever allocated; null unless <see cref="HeapOptions.CountObjects"/>.</summary>
    public required long? ObjectsAllocated { get; init; }

    public required long BytesCopied { get; init; }

    /// <summary>Bytes alive after the last collection; zero before the first.</summary>
    public required long LiveBytes { get; init; }

    public required TimeSpan TotalPause { get; init; }
    public required TimeSpan MedianPause { get; init; }
    public required TimeSpan Percentile99Pause { get; init; }
    public required TimeSpan MaxPause { get; init; }
}
