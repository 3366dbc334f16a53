namespace ByteVm.Memory;

/// <summary>
/// Brings memory in on another thread before it is used: a fresh huge page costs 0.1 ms where the system has it ready and 5 ms in a virtual machine
/// whose host must find it, which no collection shall wait for. One range at a time; all of it is a hint. Used by one thread beside its own.
/// </summary>
internal sealed unsafe class BackgroundPopulation : IThreadPoolWorkItem, IDisposable
{
    private readonly Lock gate = new();
    private byte* next;
    private byte* end;
    private volatile bool isBusy;
    private volatile bool isDisposed;

    /// <summary>Begins with [<paramref name="start"/>, <paramref name="end"/>), multiples of the page size that are committed, unless it is still busy.</summary>
    public bool TryBegin(byte* start, byte* end)
    {
        if (isBusy)
            return false;
        next = start;
        this.end = end;
        isBusy = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>After it returns nothing is brought in any more, so the memory can be released.</summary>
    public void Dispose()
    {
        isDisposed = true;
        lock (gate)
        {
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (gate)
        {
            for (; next < end && !isDisposed; next += OsMemory.HugePageBytes)
                OsMemory.Populate(next, Math.Min(end - next, OsMemory.HugePageBytes));
            isBusy = false;
        }
    }
}
