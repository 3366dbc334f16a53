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

    /// <summary>Bytes of young objects before the first minor collection: about the second-level cache of one core. Later the heap adapts it.</summary>
    public int NurseryBytes { get; init; } = 1 << 20;

    /// <summary>Objects of at least this many bytes lie in a space of their own and are never copied, when the monitor allocates them.</summary>
    public int LargeObjectBytes { get; init; } = 32 * 1024;

    /// <summary>Bytes by which old and large objects grow before a full collection when little is alive; else by as much as is alive.</summary>
    public long MinimumBudget { get; init; } = 32 << 20;

    /// <summary>At most a quarter of the limit: who limits a heap wants it small.</summary>
    internal long EffectiveMinimumBudget => Math.Min(MinimumBudget, MemoryLimit / 4);

    public GcStress Stress { get; init; }

    /// <summary>Verify the whole heap before and after each collection.</summary>
    public bool Verify { get; init; }

    /// <summary>Count objects (by walking what was allocated, at each collection).</summary>
    public bool CountObjects { get; init; }
}
