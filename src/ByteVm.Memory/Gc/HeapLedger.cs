namespace ByteVm.Memory;

/// <summary>The books behind <see cref="HeapStatistics"/>. The histogram is made at the first collection: most small instances never have one.</summary>
internal sealed class HeapLedger
{
    private PauseHistogram? pauses;
    private long bytesAllocated;
    private long? objectsAllocated;
    private long bytesCopied;
    private long liveBytes;

    public long Collections { get; private set; }

    public void RecordCollection(long newBytes, long? newObjects, long live)
    {
        Collections++;
        bytesAllocated += newBytes;
        if (newObjects is not null)
            objectsAllocated = (objectsAllocated ?? 0) + newObjects;
        bytesCopied += live;
        liveBytes = live;
    }

    public void RecordPause(TimeSpan pause) => (pauses ??= new PauseHistogram()).Record(pause);

    public HeapStatistics Snapshot(long newBytes, long? newObjects) => new()
    {
        Collections = Collections,
        BytesAllocated = bytesAllocated + newBytes,
        ObjectsAllocated = newObjects is null ? null : (objectsAllocated ?? 0) + newObjects,
        BytesCopied = bytesCopied,
        LiveBytes = liveBytes,
        TotalPause = pauses?.Total ?? default,
        MedianPause = pauses?.Percentile(0.50) ?? default,
        Percentile99Pause = pauses?.Percentile(0.99) ?? default,
        MaxPause = pauses?.Max ?? default,
    };
}
