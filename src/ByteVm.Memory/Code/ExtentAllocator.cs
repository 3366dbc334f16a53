namespace ByteVm.Memory;

/// <summary>Hands out parts of a range of bytes and takes them back: first fit over a sorted list, neighbours merged. Not thread-safe.</summary>
internal sealed class ExtentAllocator
{
    /// <summary>Sorted by start; no two touch.</summary>
    private readonly List<(long Start, long Bytes)> free = [];

    public long FreeBytes { get; private set; }

    public IReadOnlyList<(long Start, long Bytes)> Free => free;

    /// <summary>Takes <paramref name="bytes"/> at a multiple of <paramref name="alignment"/> (a power of two).</summary>
    /// <returns>The start, or -1 when no free extent fits.</returns>
    public long Take(long bytes, long alignment)
    {
        for (int i = 0; i < free.Count; i++)
        {
            (long start, long length) = free[i];
            long aligned = (start + alignment - 1) & -alignment;
            if (aligned + bytes > start + length)
                continue;
            free.RemoveAt(i);
            InsertIfAny(i, aligned + bytes, start + length);
            InsertIfAny(i, start, aligned);
            FreeBytes -= bytes;
            return aligned;
        }
        return -1;
    }

    /// <summary>Gives an extent back, or adds a new one.</summary>
    public void Add(long start, long bytes)
    {
        int next = free.FindIndex(extent => extent.Start >= start);
        if (next < 0)
            next = free.Count;
        if ((next < free.Count && free[next].Start < start + bytes) || (next > 0 && free[next - 1].Start + free[next - 1].Bytes > start))
            throw new InvalidOperationException($"bytes {start} to {start + bytes} are free already");
        FreeBytes += bytes;

        if (next < free.Count && free[next].Start == start + bytes)
        {
            bytes += free[next].Bytes;
            free.RemoveAt(next);
        }
        if (next > 0 && free[next - 1].Start + free[next - 1].Bytes == start)
            free[next - 1] = (free[next - 1].Start, free[next - 1].Bytes + bytes);
        else
            free.Insert(next, (start, bytes));
    }

    private void InsertIfAny(int index, long start, long end)
    {
        if (end > start)
            free.Insert(index, (start, end - start));
    }
}
