using ByteVm.Memory;
using ByteVm.Memory.Layout;
using CsCheck;

namespace ByteVm.Tests.Memory;

public sealed unsafe class CardTableTests
{
    private const int Cards = 600;

    /// <summary>Any dirty cards, any part of them that is asked for, any room for the answer: as a loop over the cards would find them.</summary>
    [Fact]
    public void FindsTheRunsOfDirtyCardsAndCleansThemAlone() =>
        Gen.Select(Gen.Int[0, 10].SelectMany(density => Gen.Int[0, 10].Select(draw => draw < density).Array[Cards]), Gen.Int[0, Cards - 1], Gen.Int[1, Cards], Gen.Int[0, 3], Gen.Int[0, 127])
            .Sample((dirty, first, count, rooms, bytes) =>
            {
                using Cage cage = new(0);
                int end = Math.Min(Cards, first + count);
                uint start = At(cage, first) + ((uint)bytes & ~7u), limit = Math.Max(start + 8, At(cage, end) - ((uint)bytes & ~7u));
                for (int i = 0; i < Cards; i++)
                    Card(cage, i) = dirty[i] ? CageLayout.DirtyCard : (byte)0;

                List<CardRun> found = FindAll(cage, start, limit, CardTable.GroupRuns * (rooms + 1));

                Assert.Equal(Expected(dirty, cage, start, limit), Bytes(found));
                int last = (int)((limit - 1 - cage.OldStart) >> CageLayout.CardShift);
                for (int i = 0; i < Cards; i++)
                    Assert.Equal(dirty[i] && (i < first || i > last), Card(cage, i) != 0);
            }, iter: 300, threads: 1);

    [Fact]
    public void CardsThatFollowEachOtherAreOneRun()
    {
        using Cage cage = new(0);
        for (int i = 10; i < 300; i++)
            Card(cage, i) = 0xFF;
        Assert.Equal([new CardRun(At(cage, 10), At(cage, 300))], FindAll(cage, At(cage, 0), At(cage, 400), 256));
    }

    private static List<CardRun> FindAll(Cage cage, uint start, uint limit, int room)
    {
        List<CardRun> all = [];
        CardRun[] runs = new CardRun[room];
        for (uint cursor = start; cursor < limit;)
            all.AddRange(runs.AsSpan(0, new CardTable(cage).Clean(ref cursor, limit, runs)));
        return all;
    }

    private static List<uint> Expected(bool[] dirty, Cage cage, uint start, uint limit)
    {
        List<uint> bytes = [];
        for (uint offset = start; offset < limit; offset += 8)
        {
            if (dirty[(offset - cage.OldStart) >> CageLayout.CardShift])
                bytes.Add(offset);
        }

        return bytes;
    }

    private static List<uint> Bytes(List<CardRun> runs)
    {
        List<uint> bytes = [];
        foreach (CardRun run in runs)
        {
            for (uint offset = run.Start; offset < run.End; offset += 8)
                bytes.Add(offset);
        }

        return bytes;
    }

    private static uint At(Cage cage, int card) => cage.OldStart + (uint)card * CageLayout.CardBytes;

    private static ref byte Card(Cage cage, int card) => ref cage.Cards[At(cage, card) >> CageLayout.CardShift];
}
