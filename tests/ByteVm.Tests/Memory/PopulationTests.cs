using ByteVm.Memory;

namespace ByteVm.Tests.Memory;

/// <summary>Memory that is brought in ahead: it must read as zero, and what lies below must stay.</summary>
public sealed unsafe class PopulationTests
{
    private const uint Piece = 40 * 1024;

    public static bool IsLinux => OperatingSystem.IsLinux();

    [Theory(Skip = "needs shared memory with a file descriptor", SkipUnless = nameof(IsLinux))]
    [InlineData(false)]
    [InlineData(true)]
    public void WhatIsStoredStaysWhenMoreIsPopulated(bool hugePages)
    {
        using var cage = new Cage(64 * 1024, shared: true);
        uint start = hugePages ? cage.OldStart : cage.PermanentEnd;
        var space = new Space(cage, start, start + Cage.MaxNurseryBytes / 2, hugePages);
        for (uint place = start; place + Piece <= space.End; place += Piece)
        {
            space.HandOut(place, place + Piece);
            var piece = new Span<byte>(space.Memory(place), (int)Piece);
            Assert.Equal(-1, piece.IndexOfAnyExcept((byte)0));
            piece.Fill(1);
        }

        Assert.Equal(-1, new Span<byte>(space.Memory(start), (int)((space.End - start) / Piece * Piece)).IndexOfAnyExcept((byte)1));
        PopulatedRange range = Assert.Single(cage.Populated.Ranges.ToArray());
        Assert.InRange(range.End, (ulong)cage.Base + space.End - Piece, (ulong)cage.Base + space.End);
    }

    [Fact(Skip = "needs shared memory with a file descriptor", SkipUnless = nameof(IsLinux))]
    public void TrimmedMemoryIsPopulatedAgainAndZero()
    {
        using var cage = new Cage(64 * 1024, shared: true);
        uint start = cage.OldStart, end = start + 16 * (uint)OsMemory.HugePageBytes;
        var space = new Space(cage, start, end, hugePages: true);
        space.HandOut(start, end);
        new Span<byte>(space.Memory(start), (int)(end - start)).Fill(1);
        cage.Populated.Clear();
        uint kept = start + OsMemory.HugePageBytes;
        space.Trim(kept);
        space.HandOut(kept, end);
        Assert.Equal(-1, new Span<byte>(space.Memory(start), OsMemory.HugePageBytes).IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, new Span<byte>(space.Memory(kept), (int)(end - kept)).IndexOfAnyExcept((byte)0));
        Assert.Equal((ulong)cage.Base + kept, Assert.Single(cage.Populated.Ranges.ToArray()).Start);
    }

    [Fact(Skip = "other systems take no hint", SkipUnless = nameof(IsLinux))]
    public void WhatAGrowingSpaceWillNeedIsBroughtInByAnotherThread()
    {
        using var cage = new Cage(0);
        uint start = cage.OldStart, top = start + 8 * (uint)OsMemory.HugePageBytes;
        var space = new Space(cage, start, start + cage.HalfBytes, hugePages: true);
        space.Commit(top);
        space.PopulateAhead(top, top - start, space.End);
        // What is brought in ends a page before twice the top, and the first half was never touched.
        Assert.True(SpinWait.SpinUntil(() => ResidentBytes(cage, start) >= 8L * OsMemory.HugePageBytes, TimeSpan.FromSeconds(30)));
        Assert.InRange(ResidentBytes(cage, start), 8L * OsMemory.HugePageBytes, 10L * OsMemory.HugePageBytes);
    }

    [Fact]
    public void ACageCanBeReleasedWhileMemoryIsBroughtIn()
    {
        for (int i = 0; i < 20; i++)
        {
            using var cage = new Cage(0);
            var space = new Space(cage, cage.OldStart, cage.OldStart + cage.HalfBytes, hugePages: true);
            uint top = space.Start + 8 * (uint)OsMemory.HugePageBytes;
            space.Commit(top);
            space.PopulateAhead(top, top - space.Start, space.End);
        }
    }

    /// <summary>Of the mapping in which an offset lies.</summary>
    private static long ResidentBytes(Cage cage, uint offset)
    {
        string start = $"{(ulong)cage.Base + offset:x}-";
        string line = File.ReadLines("/proc/self/smaps").SkipWhile(x => !x.StartsWith(start, StringComparison.Ordinal)).First(x => x.StartsWith("Rss:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void RangesThatTouchBecomeOneAndWhatHasNoRoomIsLeftOut()
    {
        var ranges = new PopulatedRanges();
        for (ulong i = 0; i <= PopulatedRanges.Capacity; i++)
            ranges.Add(i * 100, i * 100 + 10);
        ranges.Add(110, 120);
        Assert.Equal([(0UL, 10UL), (100UL, 120UL), (200UL, 210UL)], ranges.Ranges.ToArray().Select(r => (r.Start, r.End)));
    }
}
