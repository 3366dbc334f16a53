namespace ByteVm.Memory;

/// <summary>
/// When to collect. The nursery is as large as the pause allows, since each collection less copies less: what was to do for each byte of the last ones
/// foretells what the next will take (Barabash et al. and Detlefs et al. cut collections to a goal in this way; "Garbage-first garbage collection", ISMM 2004).
/// Work is counted, not timed, so that a run can be repeated. What is found suddenly counts at once, what is no longer found is forgotten slowly.
/// Old and large objects may grow by as much as was alive after the last full collection: it then costs at most about what has been promoted since, and
/// the heap takes at most twice what is alive. Memory is kept for as much as was in use lately: a program that works in rounds would else get it anew, page by
/// page, in each.
/// </summary>
internal sealed class HeapPolicy(HeapOptions options)
{
    private const int MostShrinking = 8;
    private const double MostGrowth = 1.5;
    private const int GrowthFactor = 1;
    private const int MostKept = 4;

    /// <summary>
    /// Reading the cards of old objects is the same work however small the nursery is. In a large heap the goal is stretched, up to a bound, so that
    /// the rest is at least so many times as much.
    /// </summary>
    private const int LeastShare = 8;

    private const int MostStretch = 4;

    /// <summary>Reading the cards of this many old bytes takes as long as copying one.</summary>
    private const int OldBytesPerWork = 2048;

    /// <summary>Work that a pause may have: bytes copied and bytes of dirty cards, which take 0.5 to 0.7 ns each.</summary>
    private readonly long goal = options.NurseryBytes * 3L / 4;

    private readonly long smallest = Math.Max(options.NurseryBytes / MostShrinking, Layout.ObjectLayout.Alignment);
    private readonly long largest = Math.Min((long)(options.NurseryBytes * MostGrowth), Cage.MaxNurseryBytes);
    private long fullAt = options.EffectiveMinimumBudget;
    private long recentPeak;

    /// <summary>Work for each byte that was in the nursery, of the last collections.</summary>
    private double workPerByte;

    /// <summary>Bytes of young objects at which a minor collection is due.</summary>
    public long NurseryBytes { get; private set; } = options.NurseryBytes;

    /// <summary>Bytes for which old and large objects may keep memory after a full collection.</summary>
    public long KeptBytes { get; private set; }

    /// <summary>Old and large objects take no more before the next full collection.</summary>
    public long MostOldBytes => fullAt + NurseryBytes;

    /// <param name="oldBytes">Bytes of old and large objects.</param>
    public bool IsFullDue(long oldBytes) => oldBytes > fullAt;

    /// <param name="young">Bytes that were in the nursery.</param>
    /// <param name="work">Bytes promoted, and bytes of dirty cards.</param>
    /// <param name="oldBytes">Bytes of old and large objects, whose cards were read.</param>
    public void AfterMinor(long young, long work, long oldBytes)
    {
        if (young < smallest)
            return;
        double found = (double)work / young;
        workPerByte = Math.Max(found, workPerByte + (found - workPerByte) / 4);
        double fixedWork = (double)oldBytes / OldBytesPerWork;
        double left = Math.Max(goal - fixedWork, Math.Min(LeastShare * fixedWork, MostStretch * goal));
        double fitting = left / Math.Max(workPerByte, 1e-6);
        NurseryBytes = (long)Math.Clamp(Math.Min(fitting, 2.0 * NurseryBytes), smallest, largest) & -Layout.ObjectLayout.Alignment;
    }

    /// <param name="live">Bytes of old and large objects.</param>
    /// <param name="before">Bytes they took before the collection.</param>
    public void AfterFull(long live, long before)
    {
        fullAt = live + Math.Max(options.EffectiveMinimumBudget, GrowthFactor * live);
        recentPeak = Math.Max(before, recentPeak - recentPeak / 4);
        KeptBytes = Math.Max(fullAt, Math.Min(recentPeak, MostKept * fullAt));
    }
}
