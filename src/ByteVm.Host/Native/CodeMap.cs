namespace ByteVm.Host.Native;

/// <summary>
/// Finds the function that a code address belongs to. Functions are added by one thread at a time and found by any without a lock: a
/// reader sees an array and a number of entries that are in ascending order of address.
/// </summary>
internal sealed class CodeMap
{
    private volatile Snapshot snapshot = new([], 0);

    private sealed record Snapshot(PublishedFunction[] Functions, int Count);

    public int Count => snapshot.Count;

    /// <summary>
    /// Under the adder's lock. Addresses mostly ascend; then the array is shared with earlier snapshots, which do not look beyond their count.
    /// </summary>
    public void Add(PublishedFunction function)
    {
        (PublishedFunction[] functions, int count) = (snapshot.Functions, snapshot.Count);
        int at = FirstBehind(snapshot, function.Address);
        if (count == functions.Length || at < count)
        {
            var wider = new PublishedFunction[Math.Max(16, 2 * count)];
            functions.AsSpan(0, at).CopyTo(wider);
            functions.AsSpan(at, count - at).CopyTo(wider.AsSpan(at + 1));
            functions = wider;
        }

        functions[at] = function;
        snapshot = new Snapshot(functions, count + 1);
    }

    /// <summary>The function whose code, or the end of whose code, is at an address: a call may be the last instruction.</summary>
    public PublishedFunction? Find(ulong address)
    {
        Snapshot current = snapshot;
        int behind = FirstBehind(current, address);
        return behind > 0 && address <= current.Functions[behind - 1].End ? current.Functions[behind - 1] : null;
    }

    private static int FirstBehind(Snapshot snapshot, ulong address)
    {
        int low = 0, high = snapshot.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (snapshot.Functions[middle].Address <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
