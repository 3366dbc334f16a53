namespace ByteVm.Memory;

/// <summary>The books behind <see cref="HeapStatistics"/>. The histograms are made at the first collection: most small instances never have one.</summary>
internal sealed class HeapLedger
{
    private PauseHistogram? minorPauses;
    private PauseHistogram? fullPauses;
    private long bytesAllocated;
    private long? objectsAllocated;
    private long bytesPromoted;
    private long bytesFoundAlive;

    public long MinorCollections { get; private set; }

    public long FullCollections { get; private set; }

    public long LiveBytes { get; private set; }

    public void RecordAllocation(long bytes, long? objects)
    {
        bytesAllocated += bytes;
        if (objects is not null)
            objectsAllocated = (objectsAllocated ?? 0) + objects;
    }

    public void RecordPromotion(long bytes) => bytesPromoted += bytes;

    public void RecordMinor(TimeSpan pause)
    {
        MinorCollections++;
        (minorPauses ??= new PauseHistogram()).Record(pause);
    }

    public void RecordFull(TimeSpan pause, long live)
    {
        FullCollections++;
        LiveBytes = live;
        bytesFoundAlive += live;
        (fullPauses ??= new PauseHistogram()).Record(pause);
    }

    public HeapStatistics Snapshot(long newBytes, long? newObjects, long usedBytes) => new()
    {
        BytesAllocated = bytesAllocated + newBytes,
        ObjectsAllocated = newObjects is null ? null : (objectsAllocated ?? 0) + newObjects,
        BytesPromoted = bytesPromoted,
        UsedBytes = usedBytes,
        LiveBytes = LiveBytes,
        BytesFoundAlive = bytesFoundAlive,
        Minor = PauseStatistics.Of(minorPauses),
        Full = PauseStatistics.Of(fullPauses),
    };
}
