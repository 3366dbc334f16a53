using ByteVm.Cli.Heaps;
using ByteVm.Memory;
using CsCheck;

namespace ByteVm.Tests.Memory;

public sealed class HeapDumpTests
{
    private static readonly HeapDumpNames Names = new(type => $"type {type}", offset => $"g{offset}");

    [Fact]
    public void WhatIsReachableIsWrittenAndReadBack()
    {
        using TestHeap heap = new(new HeapOptions { LargeObjectBytes = 4096 });
        Fill(heap);
        heap.Collect();
        HeapDump dump = HeapDumpReader.Read(Dump(heap));
        Assert.Equal(5, dump.Objects.Length);
        Assert.Equal(heap.Heap.UsedBytes, dump.Objects.Sum(o => o.Bytes));
        Assert.Equal(["array", "instance", "instance"], dump.Types.Select(t => t.Kind).Order());
        Assert.Equal(2, dump.Roots.Length);
        int array = Array.FindIndex(dump.Objects, o => o.Length == 2000);
        Assert.Equal(2, dump.FirstReference[array + 1] - dump.FirstReference[array]);
    }

    [Fact]
    public void RetainedSizesFollowDominators()
    {
        using TestHeap heap = new();
        Fill(heap);
        HeapDump dump = HeapDumpReader.Read(Dump(heap));
        DominatorTree tree = DominatorTree.Of(dump);
        Assert.Equal(dump.Objects.Sum(o => o.Bytes) - 512, tree.RetainedBytes[DominatorTree.Root]);
        Assert.Contains(Enumerable.Range(1, tree.Count - 1), n => dump.Objects[tree.ObjectAt(n)].Length == 2000 && tree.RetainedBytes[n] == 8008 + 24 + 16 + 16);
        StringWriter output = new();
        new HeapDumpReport(dump, 20, output).Print();
        Assert.Contains("dominated by", output.ToString());
        Assert.Contains("What holds type 0 of length 2,000", output.ToString());
    }

    /// <summary>Compares with the definition: a node dominates what cannot be reached without it.</summary>
    [Fact]
    public void DominatorsOfRandomGraphsAreThoseOfTheDefinition() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 11].Array[1, 40], Gen.Int[0, 11].Array[1, 3]).Sample((count, ends, roots) =>
        {
            HeapDump dump = Graph(count, ends, roots);
            DominatorTree tree = DominatorTree.Of(dump);
            bool[] all = Reachable(dump, without: -1);
            Assert.Equal(all.Count(r => r) + 1, tree.Count);
            for (int n = 1; n < tree.Count; n++)
            {
                bool[] rest = Reachable(dump, without: tree.ObjectAt(n));
                long freed = Enumerable.Range(0, count).Count(i => all[i] && !rest[i]) * 16;
                Assert.Equal(freed, tree.RetainedBytes[n]);
            }
        }, iter: 2000, threads: 1);

    [Fact]
    public void AMillionObjectsInALineAreNoRecursion()
    {
        const int count = 1_000_000;
        int[] references = [.. Enumerable.Range(1, count - 1)];
        HeapDump dump = new([new("instance", "Node")], [new(0, "global g")], [.. Enumerable.Range(0, count).Select(i => new DumpedObject((uint)i * 16, 0, 16, 0))],
            [.. Enumerable.Range(0, count), count - 1], references);
        Assert.Equal(16L * count, DominatorTree.Of(dump).RetainedBytes[1]);
    }

    [Fact]
    public void DamagedDumpsAreRefusedWithTheirPlace()
    {
        using TestHeap heap = new();
        Fill(heap);
        byte[] sound = Dump(heap);
        Assert.Contains("no heap dump", Assert.Throws<HeapDumpException>(() => HeapDumpReader.Read(new byte[100])).Message);
        Assert.Contains("ends within the magic", Assert.Throws<HeapDumpException>(() => HeapDumpReader.Read([])).Message);
        byte[] newer = [.. sound];
        newer[8] = 9;
        Assert.Contains("version 9", Assert.Throws<HeapDumpException>(() => HeapDumpReader.Read(newer)).Message);
        Assert.Contains("ByteVmHE", Assert.Throws<HeapDumpException>(() => HeapDumpReader.Read([.. sound, 0])).Message);
        for (int length = 0; length < sound.Length; length += 7)
            Assert.Throws<HeapDumpException>(() => HeapDumpReader.Read(sound[..length]));
    }

    [Fact]
    public void ChangedBytesAreReadOrRefusedNothingElse()
    {
        using TestHeap heap = new();
        Fill(heap);
        byte[] sound = Dump(heap)[..];
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] changed = [.. sound];
            foreach ((int place, byte value) in changes)
                changed[place] = value;
            try
            {
                new HeapDumpReport(HeapDumpReader.Read(changed), 3, TextWriter.Null).Print();
            }
            catch (HeapDumpException)
            {
            }
        }, iter: 2000, threads: 1);
    }

    /// <summary>Root 0: an array of 2000 with a node and a leaf of its own; root 1 a node; both nodes share a leaf. And garbage of 512 bytes.</summary>
    private static void Fill(TestHeap heap)
    {
        heap.Roots[0] = heap.References(2000);
        heap.Longs(512);
        heap.Roots[1] = heap.Node();
        heap.Store((uint)heap.Roots[0], 8, heap.Node());
        heap.Store((uint)heap.Roots[0], 12, heap.Leaf());
        uint node = heap.Objects.References((uint)heap.Roots[0])[0];
        heap.Store(node, 8, heap.Leaf());
    }

    private static byte[] Dump(TestHeap heap)
    {
        using MemoryStream stream = new();
        heap.Heap.WriteDump(stream, heap, Names);
        return stream.ToArray();
    }

    /// <summary>Edges go from one of <paramref name="ends"/> to the next.</summary>
    private static HeapDump Graph(int count, int[] ends, int[] roots)
    {
        List<int>[] targets = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        for (int i = 0; i + 1 < ends.Length; i += 2)
            targets[ends[i] % count].Add(ends[i + 1] % count);
        int[] first = new int[count + 1];
        for (int i = 0; i < count; i++)
            first[i + 1] = first[i] + targets[i].Count;
        return new HeapDump([new("instance", "T")], [.. roots.Select(r => new DumpedRoot(r % count, "host"))],
            [.. Enumerable.Range(0, count).Select(i => new DumpedObject((uint)i, 0, 16, 0))], first, [.. targets.SelectMany(t => t)]);
    }

    private static bool[] Reachable(HeapDump dump, int without)
    {
        bool[] seen = new bool[dump.Objects.Length];
        Stack<int> work = new(dump.Roots.Select(r => r.Target));
        while (work.TryPop(out int at))
        {
            if (at == without || seen[at])
                continue;
            seen[at] = true;
            for (int i = dump.FirstReference[at]; i < dump.FirstReference[at + 1]; i++)
                work.Push(dump.References[i]);
        }

        return seen;
    }
}
