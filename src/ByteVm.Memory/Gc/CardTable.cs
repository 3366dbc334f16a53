using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>Memory on dirty cards that follow each other: cage offsets.</summary>
internal readonly record struct CardRun(uint Start, uint End);

/// <summary>
/// The collector's side of the write barrier. Invariant after each store of the guest: a reference from an old or large object to a young one lies on
/// a dirty card. Guests write the table themselves, so whoever reads it takes it for hints.
/// <para>
/// Each minor collection reads the whole table of the old objects, in which few cards are dirty: by groups of 64, so that clean ones take a nanosecond
/// together, and a group that is not clean becomes one word with a bit for each card.
/// </para>
/// </summary>
internal readonly unsafe struct CardTable(Cage cage)
{
    private const int GroupCards = 64;

    /// <summary>Most runs that one group can have; there must be room for as many.</summary>
    public const int GroupRuns = GroupCards / 2;

    private const byte CleanCard = 0;

    /// <summary>Finds the next runs of dirty cards in [<paramref name="cursor"/>, <paramref name="limit"/>) and makes them clean.</summary>
    /// <param name="cursor">Where to begin; afterwards where to go on, or the limit.</param>
    /// <param name="limit">Cage offset.</param>
    /// <param name="runs">Takes them, in ascending order, while there is room for <see cref="GroupRuns"/>.</param>
    /// <returns>How many were found.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Clean(ref uint cursor, uint limit, Span<CardRun> runs)
    {
        if (cursor >= limit)
            return 0;
        uint start = cursor;
        uint card = start >> CageLayout.CardShift, end = ((limit - 1) >> CageLayout.CardShift) + 1;
        uint last = end & ~(GroupCards - 1u);
        int found = 0;
        while (card < end && found + GroupRuns <= runs.Length)
        {
            uint group = SkipClean(card & ~(GroupCards - 1u), last);
            if (group >= end)
            {
                card = end;
                break;
            }

            AddRuns(CleanGroup(group, Math.Max(card, group), end), group, runs, ref found);
            card = group + GroupCards;
        }

        cursor = card < end ? card << CageLayout.CardShift : limit;
        Cut(runs[..found], start, limit);
        return found;
    }

    public bool IsDirty(uint offset) => cage.Cards[offset >> CageLayout.CardShift] != CleanCard;

    /// <summary>The first group from <paramref name="group"/> to <paramref name="last"/> that is not clean, or the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint SkipClean(uint group, uint last)
    {
        while (group < last && IsGroupClean(cage.Cards + group))
            group += GroupCards;
        return group;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsGroupClean(byte* cards)
    {
        Vector128<byte> low = Vector128.LoadAligned(cards) | Vector128.LoadAligned(cards + 16);
        Vector128<byte> high = Vector128.LoadAligned(cards + 32) | Vector128.LoadAligned(cards + 48);
        return (low | high) == Vector128<byte>.Zero;
    }

    /// <summary>Makes the cards of a group from <paramref name="first"/> to below <paramref name="end"/> clean.</summary>
    /// <returns>A bit for each card that was dirty.</returns>
    private ulong CleanGroup(uint group, uint first, uint end)
    {
        byte* cards = cage.Cards + group;
        ulong wanted = ulong.MaxValue << (int)(first - group);
        if (end - group < GroupCards)
            wanted &= (1UL << (int)(end - group)) - 1;
        ulong dirty = 0;
        for (int i = 0; i < GroupCards; i += Vector128<byte>.Count)
        {
            Vector128<byte> here = Vector128.LoadAligned(cards + i);
            uint isClean = Vector128.Equals(here, Vector128<byte>.Zero).ExtractMostSignificantBits();
            dirty |= (ulong)(~isClean & 0xFFFF) << i;
            if (wanted == ulong.MaxValue)
                Vector128<byte>.Zero.StoreAligned(cards + i);
        }

        dirty &= wanted;
        if (wanted != ulong.MaxValue)
            CleanEach(cards, dirty);
        return dirty;
    }

    private static void CleanEach(byte* cards, ulong dirty)
    {
        for (; dirty != 0; dirty &= dirty - 1)
            cards[BitOperations.TrailingZeroCount(dirty)] = CleanCard;
    }

    /// <summary>Adds the runs of bits; the first may go on where the last one ended.</summary>
    private static void AddRuns(ulong dirty, uint group, Span<CardRun> runs, ref int found)
    {
        while (dirty != 0)
        {
            int from = BitOperations.TrailingZeroCount(dirty);
            int to = BitOperations.TrailingZeroCount(~(dirty | ((1UL << from) - 1)));
            uint start = (group + (uint)from) << CageLayout.CardShift, end = (group + (uint)to) << CageLayout.CardShift;
            if (found > 0 && runs[found - 1].End == start)
                runs[found - 1] = new CardRun(runs[found - 1].Start, end);
            else
                runs[found++] = new CardRun(start, end);
            dirty = to < GroupCards ? dirty & ulong.MaxValue << to : 0;
        }
    }

    /// <summary>The first and the last card may reach beyond the memory that is asked for.</summary>
    private static void Cut(Span<CardRun> runs, uint start, uint limit)
    {
        if (runs.IsEmpty)
            return;
        runs[0] = runs[0] with { Start = Math.Max(runs[0].Start, start) };
        runs[^1] = runs[^1] with { End = Math.Min(runs[^1].End, limit) };
    }
}
