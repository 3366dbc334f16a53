using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The collector's side of the write barrier. Invariant after each store of the guest: a reference from an old or large object to a young one lies on
/// a dirty card. Guests write the table themselves, so whoever reads it takes it for hints.
/// </summary>
internal readonly unsafe struct CardTable(Cage cage)
{
    private const byte Clean = 0;

    /// <summary>Finds the next run of dirty cards in [<paramref name="cursor"/>, <paramref name="limit"/>) and makes it clean.</summary>
    /// <param name="cursor">Where to begin; afterwards the end of the run.</param>
    /// <param name="limit">Cage offset.</param>
    /// <param name="start">First byte of the run that is not before the cursor.</param>
    /// <param name="end">End of the run, at most <paramref name="limit"/>.</param>
    public bool TryClean(ref uint cursor, uint limit, out uint start, out uint end)
    {
        start = end = limit;
        if (cursor >= limit)
            return false;
        uint first = cursor >> CageLayout.CardShift;
        Span<byte> rest = Cards(first, ((limit - 1) >> CageLayout.CardShift) + 1);
        int dirty = rest.IndexOfAnyExcept(Clean);
        if (dirty < 0)
            return false;
        int run = rest[dirty..].IndexOf(Clean);
        run = run < 0 ? rest.Length - dirty : run;
        rest.Slice(dirty, run).Clear();
        start = Math.Max(cursor, (first + (uint)dirty) << CageLayout.CardShift);
        end = Math.Min(limit, (first + (uint)(dirty + run)) << CageLayout.CardShift);
        cursor = end;
        return true;
    }

    public bool IsDirty(uint offset) => cage.Cards[offset >> CageLayout.CardShift] != Clean;

    private Span<byte> Cards(uint first, uint end) => new(cage.Cards + first, (int)(end - first));
}
