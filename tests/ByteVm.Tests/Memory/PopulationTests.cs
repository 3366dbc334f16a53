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
