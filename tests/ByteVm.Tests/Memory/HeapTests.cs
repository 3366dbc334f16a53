using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Tests.Memory;

public sealed class HeapTests
{
    private static readonly HeapOptions Stress = new() { Stress = GcStress.Allocations, Verify = true };

    [Fact]
    public void AllocatedObjectsAreZeroAndFollowEachOther()
    {
        using TestHeap heap = new();
        uint first = heap.Node();
        uint second = heap.Node();
        Assert.Equal(first + 24, second);
        Assert.Equal(heap.NodeType, heap.Word(first, 0));
        for (int offset = 4; offset < 24; offset += 4)
            Assert.Equal(0u, heap.Word(first, offset));
        heap.Verify();
    }

    [Fact]
    public void MemoryUsedAgainAfterCollectionsIsZero()
    {
        using TestHeap heap = new(new HeapOptions { NurseryBytes = 1 << 14, ChunkBytes = 4096 });
        for (int i = 0; i < 50_000; i++)
        {
            uint leaf = heap.Leaf();
            Assert.Equal(0u, heap.Word(leaf, 8));
            heap.Word(leaf, 8) = 0xFFFFFFFF;
            heap.Word(leaf, 12) = 0xFFFFFFFF;
        }
        Assert.True(heap.Heap.Statistics.Collections > 5);
    }

    [Fact]
    public void ACollectionMovesWhatIsReachableAndDropsTheRest()
    {
        using TestHeap heap = new();
        uint head = heap.Node();
        heap.Roots[3] = head;
        uint leaf = heap.Leaf();
        heap.Word(leaf, 8) = 42;
        heap.Store(head, 8, leaf);
        heap.Store(head, 16, head);
        heap.Longs(1 << 12);

        heap.Collect();

        uint moved = (uint)heap.Roots[3];
        Assert.NotEqual(head, moved);
        Assert.Equal(moved, heap.Word(moved, 16));
        Assert.Equal(42u, heap.Word(heap.Word(moved, 8), 8));
        Assert.Equal(24 + 16, heap.Heap.UsedBytes);
        heap.Verify();
    }

    [Fact]
    public void ReferencesInArraysAndInValueClassElementsAreFollowed()
    {
        using TestHeap heap = new();
        heap.Roots[0] = heap.References(3);
        heap.Roots[1] = heap.Pairs(2);
        uint leaf = heap.Leaf();
        heap.Store((uint)heap.Roots[0], 8 + 4 * 2, leaf);
        heap.Store((uint)heap.Roots[1], 8 + 16 + 12, leaf);
        heap.Word((uint)heap.Roots[1], 8) = 0xDEADBEEF; // no reference: left alone

        heap.Collect();

        Assert.Equal(heap.Objects.References((uint)heap.Roots[0])[2], heap.Word((uint)heap.Roots[1], 8 + 16 + 12));
        Assert.Equal(0xDEADBEEF, heap.Word((uint)heap.Roots[1], 8));
        heap.Verify();
    }

    [Fact]
    public void PermanentObjectsStayAndAreNotFollowed()
    {
        using TestHeap heap = new();
        uint literal = CageLayout.PermanentStart + 64;
        heap.Word(literal, 0) = heap.LeafType;
        heap.Roots[0] = literal;
        uint node = heap.Node();
        heap.Roots[1] = node;
        heap.Store(node, 8, literal);

        heap.Collect();

        Assert.Equal(literal, heap.Roots[0]);
        Assert.Equal(literal, heap.Word((uint)heap.Roots[1], 8));
        heap.Verify();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    public void TheMemoryLimitIsMetExactlyWhateverTheChunks(int chunkBytes)
    {
        const long limit = 100_000;
        HeapOptions options = new() { MemoryLimit = limit, ChunkBytes = chunkBytes };

        Assert.NotEqual(0u, FillThenAllocate(options, limit - 8));
        Assert.NotEqual(0u, FillThenAllocate(options, limit));
        Assert.Equal(0u, FillThenAllocate(options, limit + 8));
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1008, true)]
    [InlineData(1007, false)]
    [InlineData(1009, true)]
    public void ALimitThatIsNoMultipleOfEightCountsWholeObjects(long limit, bool fits)
    {
        using TestHeap heap = new(new HeapOptions { MemoryLimit = limit });
        heap.Roots[0] = heap.Longs(504);
        Assert.Equal(fits, heap.Longs(504) != 0);
    }

    /// <summary>Keeps all but the last object alive, so that live bytes and request sum up to <paramref name="total"/>; with garbage in between.</summary>
    private static uint FillThenAllocate(HeapOptions options, long total)
    {
        using TestHeap heap = new(options);
        const long kept = 40_000;
        for (int i = 0; i < 300; i++)
            Assert.NotEqual(0u, heap.Longs(1000));
        heap.Roots[0] = heap.Longs(kept);
        Assert.NotEqual(0u, heap.Longs(800));
        return heap.Longs(total - kept);
    }

    [Fact]
    public void AfterAFailedAllocationTheHeapStillServes()
    {
        using TestHeap heap = new(new HeapOptions { MemoryLimit = 10_000 });
        heap.Roots[0] = heap.Longs(6_000);
        Assert.Equal(0u, heap.Longs(6_000));
        Assert.Equal(0u, heap.Longs(1L << 40));
        Assert.NotEqual(0u, heap.Longs(3_000));
        heap.Roots[0] = 0;
        Assert.NotEqual(0u, heap.Longs(9_000));
        heap.Verify();
    }

    [Fact]
    public void TheLargestLimitCanBeFilled()
    {
        using TestHeap probe = new();
        long most = Heap.MaxMemoryLimit(probe.Cage);
        using TestHeap heap = new(new HeapOptions { MemoryLimit = most });
        Assert.NotEqual(0u, heap.Longs((most & -8) - 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TestHeap(new HeapOptions { MemoryLimit = most + 1 }));
    }

    [Fact]
    public void BytesAndObjectsAllocatedAreExact()
    {
        using TestHeap heap = new(new HeapOptions { CountObjects = true, NurseryBytes = 1 << 12, ChunkBytes = 1 << 10 });
        heap.Roots[0] = heap.Node();
        for (int i = 0; i < 10_000; i++)
            heap.Leaf();
        HeapStatistics statistics = heap.Heap.Statistics;
        Assert.True(statistics.Collections > 3);
        Assert.Equal(24 + 10_000 * 16, statistics.BytesAllocated);
        Assert.Equal(10_001, statistics.ObjectsAllocated);
        Assert.Equal(24, statistics.BytesPromoted);
        Assert.Equal(0, statistics.LiveBytes);
        heap.Collect();
        statistics = heap.Heap.Statistics;
        Assert.Equal((24L, 24L, 1L), (statistics.LiveBytes, statistics.UsedBytes, statistics.Full.Count));
        heap.Collect();
        Assert.Equal(48, heap.Heap.Statistics.BytesFoundAlive);
        PauseStatistics minor = statistics.Minor;
        Assert.True(minor.Max >= minor.Percentile99 && minor.Percentile99 >= minor.Median);
        Assert.True(minor.Total >= minor.Max && minor.Max > TimeSpan.Zero);
        Assert.Equal(minor.Total + statistics.Full.Total, statistics.TotalPause);
    }

    [Fact]
    public unsafe void UnderStressEveryAllocationCollectsMovesAndPoisons()
    {
        using TestHeap heap = new(Stress);
        heap.Roots[0] = heap.Node();
        heap.Collect();
        for (int i = 2; i < 100; i++)
        {
            uint before = (uint)heap.Roots[0];
            heap.Leaf();
            Assert.Equal(heap.Context->HeapTop, heap.Context->HeapLimit);
            Assert.NotEqual(before, (uint)heap.Roots[0]);
            Assert.Equal(0xDBDBDBDB, heap.Word(before, 0));
            Assert.Equal(i + 1, heap.Heap.Statistics.Collections);
        }
    }

    [Fact]
    public void UnderStressAnAddressDoesNotReturnSoon()
    {
        using TestHeap heap = new(Stress);
        heap.Roots[0] = heap.Node();
        HashSet<ulong> seen = [];
        for (int i = 0; i < 500; i++)
        {
            heap.Collect();
            Assert.True(seen.Add(heap.Roots[0]), $"address 0x{heap.Roots[0]:X} returned after {i} collections");
        }
    }

    /// <summary>Arrays of several slices, old and large, whose elements lie among as much garbage: each full collection moves them all.</summary>
    [Theory]
    [InlineData(3000)]
    [InlineData(20_000)]
    public void ElementsOfLongArraysSurviveFullCollections(int length)
    {
        using TestHeap heap = new(new HeapOptions { Verify = true });
        heap.Roots[0] = heap.References(length);
        for (int round = 1; round <= 3; round++)
        {
            for (int i = 0; i < length; i++)
            {
                if (round == 1 || i % 3 == 0)
                {
                    uint node = heap.Node();
                    heap.Word(node, 12) = (uint)(round * 100_000 + i);
                    heap.Store(node, 8, heap.Objects.References((uint)heap.Roots[0])[(i * 7) % length]);
                    heap.Objects.SetReference((uint)heap.Roots[0], i, node);
                }

                heap.Leaf();
            }

            heap.Collect();
        }

        for (int i = 0; i < length; i++)
            Assert.Equal((uint)((i % 3 == 0 ? 300_000 : 100_000) + i), heap.Word(heap.Objects.References((uint)heap.Roots[0])[i], 12));
    }

    [Fact]
    public void AListOfAMillionNodesSurvives()
    {
        using TestHeap heap = new(new HeapOptions { MinimumBudget = 1 << 20 });
        const int count = 1_000_000;
        for (int i = 0; i < count; i++)
        {
            uint node = heap.Node();
            heap.Store(node, 8, heap.Roots[0]);
            heap.Word(node, 12) = (uint)i;
            heap.Roots[0] = node;
        }
        heap.Collect();
        heap.Verify();
        int expected = count;
        for (uint node = (uint)heap.Roots[0]; node != 0; node = heap.Word(node, 8))
            Assert.Equal((uint)--expected, heap.Word(node, 12));
        Assert.Equal(0, expected);
    }
}
