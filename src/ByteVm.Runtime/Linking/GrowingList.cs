namespace ByteVm.Runtime.Linking;

/// <summary>A list that one writer at a time appends to while any thread reads what is there: items never move or change.</summary>
internal sealed class GrowingList<T> : IReadOnlyList<T>
{
    private T[] items = new T[16];
    private int count;

    public int Count => Volatile.Read(ref count);

    public T this[int index] => (uint)index < (uint)Count
        ? Volatile.Read(ref items)[index]
        : throw new ArgumentOutOfRangeException(nameof(index));

    public void Add(T item)
    {
        if (count == items.Length)
        {
            T[] wider = new T[2 * count];
            items.CopyTo(wider, 0);
            Volatile.Write(ref items, wider);
        }

        items[count] = item;
        Volatile.Write(ref count, count + 1);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
