namespace ByteVm.Memory;

/// <summary>
/// When to collect. The nursery grows while there is little to do at its collections, since fewer of them copy less, and shrinks while there is much, since
/// copying what survives and scanning dirty cards are the pause. Old and large objects may grow by as much as was alive after the last full collection: it then costs at most about what has been
/// promoted since, and the heap takes at most twice what is alive.
/// </summary>
internal sealed class HeapPolicy(HeapOptions options)
{
    private const int MostShrinking = 8;
    private const int MostGrowth = 4;
    private const int GrowthFactor = 1;

    /// <summary>Copying and scanning more bytes than this makes a pause too long; far fewer allow a larger nursery.</summary>
    private readonly long tolerated = options.NurseryBytes * 3L / 4;

    private readonly long smallest = Math.Max(options.NurseryBytes / MostShrinking, Layout.ObjectLayout.Alignment);
    private readonly long largest = Math.Min(options.NurseryBytes * (long)MostGrowth, Cage.MaxNurseryBytes);
    private long fullAt = options.EffectiveMinimumBudget;

    /// <summary>Bytes of young objects at which a minor collection is due.</summary>
    public long NurseryBytes { get; private set; } = options.NurseryBytes;

    /// <summary>Bytes that old and large objects may grow by before the next full collection.</summary>
    public long Growth { get; private set; } = options.EffectiveMinimumBudget;

    /// <param name="oldBytes">Bytes of old and large objects.</param>
    public bool IsFullDue(long oldBytes) => oldBytes > fullAt;

    /// <param name="young">Bytes that were in the nursery.</param>
    /// <param name="work">Bytes promoted, and bytes of dirty cards.</param>
    public void AfterMinor(long young, long work)
    {
        if (work > tolerated)
            NurseryBytes = Math.Max(smallest, NurseryBytes / 2);
        else if (work < tolerated / 4 && young > NurseryBytes / 2)
            NurseryBytes = Math.Min(largest, NurseryBytes * 2);
    }

    public void AfterFull(long live)
    {
        Growth = Math.Max(options.EffectiveMinimumBudget, GrowthFactor * live);
        fullAt = live + Growth;
    }
}
