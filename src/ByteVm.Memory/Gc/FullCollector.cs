namespace ByteVm.Memory;

/// <summary>
/// A full collection of old and large objects, when a minor one has just emptied the nursery: mark, compact the old, sweep the large. Mark-compact and
/// not a second copying space, because that would keep as much memory again in reserve; not mark-sweep or regions, because without gaps an object's bytes are
/// all that is ever counted, promotion is a bump of a pointer, and the memory limit can be met exactly.
/// </summary>
internal sealed class FullCollector(ObjectReader reader, OldSpace old, LargeObjectSpace large, uint permanentEnd)
{
    /// <param name="target">Where the old objects shall lie: at or below where they do, or in an area apart that is committed.</param>
    /// <param name="roots">Presents what must survive.</param>
    public void Collect(uint target, IRootSource roots)
    {
        using LiveMap live = new(old.Bottom, old.Top);
        new Marker(reader, old, large, live, permanentEnd).Mark(roots);
        new Compactor(reader, old, large, live).Compact(target, roots);
        large.Sweep();
    }
}
