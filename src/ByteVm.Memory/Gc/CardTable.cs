using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>Memory on dirty cards that follow each other: cage offsets.</summary>
internal readonly record struct CardRun(uint Start, uint End);

/// <summary>
/// The collector's side of the write barrier. Invariant after each store of the guest: a reference from an old or large object to a young one lies on
/// a dirty card. Guests write the table themselves, so whoever reads it takes it for hints.
/// </summary>
internal readonly unsafe struct CardTable(Cage cage)
{
    private const byte CleanCard = 0;

    /// <summary>Finds the next runs of dirty cards in [<paramref name="cursor"/>, <paramref name="limit"/>) and makes them clean.</summary>
    /// <param name="cursor">Where to begin; afterwards the end of the last run.</param>
    /// <param name="limit">Cage offset.</param>
    /// <param name="runs">Takes them, in ascending order.</param>
    /// <returns>How many were found: when all places of <paramref name="runs"/> are taken there may be more.</returns>
    public int Clean(ref uint cursor, uint limit, Span<CardRun> runs)
    {
        int found = 0;
        while (found < runs.Length && TryClean(ref cursor, limit, out runs[found]))
            found++;
        return found;
    }

    private bool TryClean(ref uint cursor, uint limit, out CardRun found)
    {
        found = default;
        if (cursor >= limit)
            return false;
        uint first = cursor >> CageLayout.CardShift;
        Span<byte> rest = Cards(first, ((limit - 1) >> CageLayout.CardShift) + 1);
        int dirty = rest.IndexOfAnyExcept(CleanCard);
        if (dirty < 0)
            return false;
        int run = rest[dirty..].IndexOf(CleanCard);
        run = run < 0 ? rest.Length - dirty : run;
        rest.Slice(dirty, run).Clear();
        uint start = Math.Max(cursor, (first + (uint)dirty) << CageLayout.CardShift);
        cursor = (uint)Math.Min(limit, (long)(first + (uint)(dirty + run)) << CageLayout.CardShift);
        found = new CardRun(start, cursor);
        return true;
    }

    public bool IsDirty(uint offset) => cage.Cards[offset >> CageLayout.CardShift] != CleanCard;

    private Span<byte> Cards(uint first, uint end) => new(cage.Cards + first, (int)(end - first));
}
