namespace ByteVm.Memory;

/// <summary>
/// When to collect. The nursery grows while little of it survives, since fewer collections copy less, and shrinks while much does, since the copying is
/// the pause. Old and large objects may grow by as much as was alive after the last full collection: it then costs at most about what has been
/// promoted since, and the heap takes at most twice what is alive.
/// </summary>
internal sealed class HeapPolicy(HeapOptions options)
{
    private const int NurseryRange = 4;
    private const int GrowthFactor = 1;

    /// <summary>More promoted bytes than this make a pause too long; far fewer allow a larger nursery.</summary>
    private readonly long tolerated = options.NurseryBytes / 2;

    private readonly long smallest = Math.Max(options.NurseryBytes / NurseryRange, Layout.ObjectLayout.Alignment);
    private readonly long largest = Math.Min(options.NurseryBytes * (long)NurseryRange, Cage.MaxNurseryBytes);
    private long fullAt = options.MinimumBudget;

    /// <summary>Bytes of young objects at which a minor collection is due.</summary>
    public long NurseryBytes { get; private set; } = options.NurseryBytes;

    /// <summary>Bytes that old and large objects may grow by before the next full collection.</summary>
    public long Growth { get; private set; } = options.MinimumBudget;

    /// <param name="oldBytes">Bytes of old and large objects.</param>
    public bool IsFullDue(long oldBytes) => oldBytes > fullAt;

    public void AfterMinor(long young, long promoted)
    {
        if (promoted > tolerated)
            NurseryBytes = Math.Max(smallest, NurseryBytes / 2);
        else if (promoted < tolerated / 8 && young > NurseryBytes / 2)
            NurseryBytes = Math.Min(largest, NurseryBytes * 2);
    }

    public void AfterFull(long live)
    {
        Growth = Math.Max(options.MinimumBudget, GrowthFactor * live);
        fullAt = live + Growth;
    }
}
