namespace ByteVm.Memory;

/// <summary>How one instance's heap behaves. The first member is seen by the guest; the others only change time and space.</summary>
public sealed record HeapOptions
{
    public static readonly HeapOptions Default = new();

    /// <summary>
    /// Most bytes of objects that may be alive, headers and padding included. An allocation fails exactly when what is reachable at that
    /// point and the new object together exceed it. At most <see cref="Heap.MaxMemoryLimit"/>.
    /// </summary>
    public long MemoryLimit { get; init; } = 1L << 30;

    /// <summary>Bytes zeroed ahead for inline allocation.</summary>
    public int ChunkBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes allocated between two collections when little is alive.</summary>
    public long MinimumBudget { get; init; } = 8 << 20;

    /// <summary>Collect at every allocation, move everything, to ever new addresses, and poison what was left.</summary>
    public bool GcStress { get; init; }

    /// <summary>Verify the whole heap after each collection.</summary>
    public bool VerifyAfterCollection { get; init; }

    /// <summary>Count objects (by walking what was allocated, at each collection).</summary>
    public bool CountObjects { get; init; }
}
