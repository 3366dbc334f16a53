using ByteVm.Memory;
using ByteVm.Memory.Layout;
using CsCheck;

namespace ByteVm.Tests.Memory;

/// <summary>Injected faults: what a guest led astray might leave in its heap is found, and never harms the host.</summary>
public sealed unsafe class HeapCorruptionTests
{
    /// <summary>A heap in which root 0 is a node whose two references are a leaf and an array of 10 references, root 1 an array of longs.</summary>
    private sealed record Victim(TestHeap Heap)
    {
        public uint Node => (uint)Heap.Roots[0];
        public uint Leaf => Heap.Word(Node, 8);
        public uint Array => Heap.Word(Node, 16);
        public uint Longs => (uint)Heap.Roots[1];
    }

    private static readonly Dictionary<string, (Action<Victim> Inject, string Complaint)> Faults = new()
    {
        ["a type word that is no descriptor"] = (h => h.Heap.Word(h.Leaf, 0) = 0x123450, "type word 0x00123450"),
        ["a type word inside a descriptor"] = (h => h.Heap.Word(h.Leaf, 0) += 8, "type word"),
        ["a type word of zero"] = (h => h.Heap.Word(h.Leaf, 0) = 0, "type word 0x00000000"),
        ["a type word far beyond the region"] = (h => h.Heap.Word(h.Leaf, 0) = 0xFFFFFFF8, "type word 0xFFFFFFF8"),
        ["a negative length"] = (h => h.Heap.Word(h.Longs, 4) = 0x80000000, "negative"),
        ["a length beyond the space"] = (h => h.Heap.Word(h.Longs, 4) = 0x7FFFFFFF, "beyond the end of its space"),
        ["a dangling reference above the heap"] = (h => h.Heap.Word(h.Node, 8) = h.Heap.Context->HeapTop + 1024, "neither to an object"),
        ["a reference to the null pages"] = (h => h.Heap.Word(h.Node, 8) = 8, "neither to an object"),
        ["a reference to the end of the cage"] = (h => h.Heap.Word(h.Array, 8 + 4 * 9) = 0xFFFFFFF8, "neither to an object"),
        ["an unaligned reference"] = (h => h.Heap.Word(h.Node, 8) += 4, ""),
        ["a reference into the middle of an object"] = (h => h.Heap.Word(h.Node, 8) = h.Longs + 16, ""),
        ["an unaligned permanent reference"] = (h => h.Heap.Word(h.Node, 8) = CageLayout.PermanentStart + 4, ""),
        ["a root with a non-zero upper half"] = (h => h.Heap.Roots[5] = 1UL << 32, "upper half"),
        ["a root below the heap"] = (h => h.Heap.Roots[5] = 64, "in a root"),
        ["a forged forwarding address"] = (h => (h.Heap.Word(h.Leaf, 0), h.Heap.Word(h.Leaf, 4)) = (1, 0xFFFFFFF8), ""),
        ["a heap top outside of the buffer"] = (h => h.Heap.Context->HeapTop = 0xFFFFFFF8, "HeapTop"),
        ["an unaligned heap top"] = (h => h.Heap.Context->HeapTop += 4, "HeapTop"),
        ["a heap top put back"] = (h => h.Heap.Context->HeapTop -= 4096, "HeapTop"),
    };

    /// <summary>Only a walk over the whole heap sees these: each object taken for itself is sound.</summary>
    private static readonly Dictionary<string, (Action<Victim> Inject, string Complaint)> FaultsForTheVerifier = new()
    {
        ["a length that swallows the next object"] = (h => h.Heap.Word(h.Array, 4) += 2, ""),
        ["a length that leaves a gap"] = (h => h.Heap.Word(h.Array, 4) -= 2, ""),
        ["a reference to a forged object inside another"] = (h => (h.Heap.Word(h.Longs, 16), h.Heap.Word(h.Node, 8)) = (h.Heap.LeafType, h.Longs + 16), "not the start"),
        ["allocation memory that is not zero"] = (h => h.Heap.Word(h.Heap.Context->HeapTop, 8) = 1, "not zero"),
    };

    public static TheoryData<string> FaultNames => new(Faults.Keys);

    public static TheoryData<string> AllFaultNames => new(Faults.Keys.Concat(FaultsForTheVerifier.Keys));

    [Theory]
    [MemberData(nameof(FaultNames))]
    public void ACollectionReportsIt(string fault)
    {
        using TestHeap heap = Damaged(Faults[fault].Inject);
        HeapCorruptionException e = Assert.Throws<HeapCorruptionException>(heap.Collect);
        Assert.Contains(Faults[fault].Complaint, e.Message);
        Assert.Contains($"0x{e.Offset:X8}", e.Message);
    }

    /// <summary>Marking takes a word of a marked object for marked, so it does not notice a reference into the middle of one.</summary>
    [Theory]
    [MemberData(nameof(FaultNames))]
    public void AFullCollectionReportsItOfOldObjects(string fault)
    {
        using TestHeap heap = Damaged(Faults[fault].Inject, aged: true);
        if (fault == "a reference into the middle of an object")
            heap.Collect();
        else
            Assert.Contains(Faults[fault].Complaint, Assert.Throws<HeapCorruptionException>(heap.Collect).Message);
    }

    [Theory]
    [MemberData(nameof(AllFaultNames))]
    public void TheVerifierReportsIt(string fault)
    {
        (Action<Victim> inject, string complaint) = Faults.TryGetValue(fault, out var found) ? found : FaultsForTheVerifier[fault];
        foreach (bool aged in new[] { false, true })
        {
            using TestHeap heap = Damaged(inject, aged);
            Assert.Contains(complaint, Assert.Throws<HeapCorruptionException>(heap.Verify).Message);
        }
    }

    [Fact]
    public void TheVerifierFindsAStoreWithoutTheBarrier()
    {
        foreach (int largeBytes in new[] { 64, 1 << 20 })
        {
            using TestHeap heap = new(new HeapOptions { LargeObjectBytes = largeBytes });
            heap.Roots[0] = heap.References(100);
            heap.Collect();
            uint array = (uint)heap.Roots[0];
            uint leaf = heap.Leaf();
            heap.Word(array, 8 + 4 * 50) = leaf;
            Assert.Contains("write barrier", Assert.Throws<HeapCorruptionException>(heap.Verify).Message);
            heap.Store(array, 8 + 4 * 50, leaf);
            heap.Verify();
        }
    }

    /// <summary>Who forges clean cards keeps a reference to where nothing is: it is refused when it is next followed, and harms nobody else.</summary>
    [Fact]
    public void AForgedCleanCardLeavesADanglingReferenceThatAFullCollectionRefuses()
    {
        using TestHeap heap = new();
        heap.Roots[0] = heap.Node();
        heap.Collect();
        heap.Word((uint)heap.Roots[0], 8) = heap.Leaf();
        heap.CollectYoung();
        Assert.Contains("neither to an object", Assert.Throws<HeapCorruptionException>(heap.Collect).Message);
    }

    [Fact]
    public void ForgedDirtyCardsAreOnlyWork()
    {
        using TestHeap heap = Sound();
        heap.Collect();
        new Span<byte>(heap.Cage.Cards, (int)CageLayout.CardTableBytes).Fill(0xFF);
        heap.CollectYoung();
        heap.Collect();
        heap.Verify();
    }

    [Fact]
    public void AHeapThatFailedInACollectionRefusesToGoOn()
    {
        using TestHeap heap = Damaged(Faults["a type word of zero"].Inject);
        Assert.Throws<HeapCorruptionException>(heap.Collect);
        Assert.Throws<InvalidOperationException>(heap.Collect);
        Assert.Throws<InvalidOperationException>(() => heap.Longs(1 << 20));
    }

    /// <summary>Each forged array reaches from its place to the end of the big one; together they claim far more than was allocated.</summary>
    [Fact]
    public void ObjectsForgedToOverlapDoNotOverflowTheOldSpace()
    {
        using TestHeap heap = OverlappingArrays(aged: false);
        Assert.Contains("overlap", Assert.Throws<HeapCorruptionException>(heap.Collect).Message);
    }

    /// <summary>Among old objects they share their marks, and so their new places.</summary>
    [Fact]
    public void OldObjectsForgedToOverlapDoNoHarm()
    {
        using TestHeap heap = OverlappingArrays(aged: true);
        Complains(heap.Collect);
        Complains(heap.Verify);
    }

    private static TestHeap OverlappingArrays(bool aged)
    {
        TestHeap heap = new(new HeapOptions { LargeObjectBytes = 1 << 20 });
        heap.Roots[1] = heap.Longs(80_000);
        heap.Roots[0] = heap.References(9_000);
        if (aged)
            heap.Collect();
        (uint references, uint longs) = ((uint)heap.Roots[0], (uint)heap.Roots[1]);
        heap.Roots[1] = 0;
        for (uint i = 0; i < 9_000; i++)
        {
            uint forged = longs + 8 + 8 * i;
            heap.Word(forged, 0) = heap.LongsType;
            heap.Word(forged, 4) = 9_999 - 2 - i;
            heap.Store(references, 8 + 4 * (int)i, forged);
        }

        return heap;
    }

    [Fact]
    public void AnyBytesWhateverEndInACollectionOrAComplaint()
    {
        Gen.Select(Gen.Int[0, 199], Gen.UInt, Gen.Int[0, 7]).Array[1, 12].Sample(writes =>
        {
            using TestHeap heap = Sound();
            if (writes.Length % 2 == 0)
                heap.Collect();
            uint bottom = writes.Length % 2 == 0 ? heap.Heap.Old.Bottom : heap.Heap.NurseryStart;
            uint words = (uint)heap.Heap.UsedBytes / 4;
            foreach ((int place, uint value, int kind) in writes)
            {
                int offset = 4 * (int)(place % words);
                heap.Store(bottom, offset, Mutated(heap, heap.Word(bottom, offset), value, kind));
            }

            Complains(heap.Verify);
            if (!Complains(heap.CollectYoung) && !Complains(heap.Collect))
                Complains(heap.Verify);
        }, iter: 3000, threads: 1);
    }

    /// <summary>A worker process may write to the shared cage while the monitor collects.</summary>
    [Fact]
    public void AHeapThatChangesDuringTheCollectionDoesNoHarm()
    {
        int noticed = 0;
        for (int round = 0; round < 50; round++)
        {
            using TestHeap heap = new(new HeapOptions { LargeObjectBytes = round % 2 == 0 ? 4096 : 1 << 20 });
            heap.Roots[0] = heap.References(2000);
            for (int i = 0; i < 2000; i++)
                heap.Store((uint)heap.Roots[0], 8 + 4 * i, heap.Node());
            int words = (int)heap.Heap.UsedBytes / 4;
            heap.Collect();
            bool stop = false;
            Thread scribbler = new(() => Scribble(heap, new Random(round), words, ref stop));
            scribbler.Start();
            bool complained = false;
            for (int i = 0; i < 20 && !complained; i++)
                complained = Complains(i % 2 == 0 ? heap.Collect : heap.CollectYoung) || Complains(() => heap.Longs(16_000));
            noticed += complained ? 1 : 0;
            Volatile.Write(ref stop, true);
            scribbler.Join();
        }
        Assert.True(noticed > 0, "the scribbler never ran into a collection: this test showed nothing");
    }

    private static void Scribble(TestHeap heap, Random random, int words, ref bool stop)
    {
        uint[] bottoms = [heap.Heap.NurseryStart, heap.Heap.Old.Bottom, (uint)heap.Roots[0]];
        while (!Volatile.Read(ref stop))
        {
            uint bottom = bottoms[random.Next(bottoms.Length)];
            heap.Store(bottom, 4 * random.Next(words / 8), Mutated(heap, heap.Word(bottom, 0), (uint)random.Next(), random.Next(8)));
        }
    }

    [Fact]
    public void AccessorsCheckWhatTheyRead()
    {
        using TestHeap heap = Sound();
        uint text = heap.Objects.NewString(heap.StringType, "grüße"u8, heap);
        Assert.Equal("grüße", heap.Objects.String(text));
        Assert.Equal(7, heap.Objects.Length(text));

        Assert.Throws<HeapCorruptionException>(() => heap.Objects.String(0));
        Assert.Throws<HeapCorruptionException>(() => heap.Objects.String(text + 4));
        Assert.Throws<HeapCorruptionException>(() => heap.Objects.String(0xFFFFFFF8));
        Assert.Throws<HeapCorruptionException>(() => heap.Objects.String(heap.Context->HeapTop));
        Assert.Throws<ArgumentException>(() => heap.Objects.Elements<long>(text).Length);
        Assert.Throws<ArgumentException>(() => heap.Objects.Elements<int>((uint)heap.Roots[1]).Length);
        heap.Word(text, 4) = 1 << 20;
        Assert.Throws<HeapCorruptionException>(() => heap.Objects.String(text));
    }

    [Fact]
    public void AccessorsReadAndWriteArrays()
    {
        using TestHeap heap = new(new HeapOptions { MemoryLimit = 4096 });
        heap.Roots[0] = heap.Objects.NewArray(heap.LongsType, 5, heap);
        heap.Objects.Elements<long>((uint)heap.Roots[0])[4] = long.MinValue;
        heap.Roots[1] = heap.Objects.NewArray(heap.ReferencesType, 2, heap);
        heap.Objects.SetReference((uint)heap.Roots[1], 1, (uint)heap.Roots[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.Objects.SetReference((uint)heap.Roots[1], 2, 0));
        Assert.Equal(0u, heap.Objects.NewArray(heap.LongsType, int.MaxValue, heap));

        heap.Collect();

        Assert.Equal(heap.Roots[0], heap.Objects.References((uint)heap.Roots[1])[1]);
        Assert.Equal(long.MinValue, heap.Objects.Elements<long>((uint)heap.Roots[0])[4]);
    }

    private static TestHeap Sound()
    {
        TestHeap heap = new();
        heap.Longs(64);
        heap.Roots[0] = heap.Node();
        heap.Store((uint)heap.Roots[0], 8, heap.Leaf());
        heap.Store((uint)heap.Roots[0], 16, heap.References(10));
        heap.Roots[1] = heap.Longs(128);
        heap.Leaf();
        return heap;
    }

    /// <param name="aged">Whether the objects are old.</param>
    private static TestHeap Damaged(Action<Victim> inject, bool aged = false)
    {
        TestHeap heap = Sound();
        if (aged)
        {
            heap.Collect();
            heap.Leaf();
        }

        heap.Verify();
        inject(new Victim(heap));
        return heap;
    }

    /// <summary>Values that matter more than random ones: near misses of types, references, lengths and marks.</summary>
    private static uint Mutated(TestHeap heap, uint old, uint random, int kind) => kind switch
    {
        0 => random,
        1 => random % 200 * 8 + (random % 2 == 0 ? heap.Heap.NurseryStart : heap.Heap.Old.Bottom),
        2 => heap.ReferencesType,
        3 => heap.PairsType,
        4 => old ^ 1,
        5 => old + 8,
        6 => random % 64,
        _ => 0xFFFFFFFF >> (int)(random % 32),
    };

    private static bool Complains(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (HeapCorruptionException)
        {
            return true;
        }
    }
}
