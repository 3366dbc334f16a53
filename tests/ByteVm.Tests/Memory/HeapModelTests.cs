using ByteVm.Memory;
using CsCheck;

namespace ByteVm.Tests.Memory;

/// <summary>Random programs run on the heap and on a model of .NET objects; after all steps, and a collection after them, both graphs are the same.</summary>
public sealed class HeapModelTests
{
    private enum Step
    {
        NewNode,
        NewReferences,
        NewPairs,
        NewLongs,
        Link,
        CopyRoot,
        DropRoot,
        Collect,
        CollectYoung,
    }

    /// <summary>An object of the model: where its references lie and a number that tells it from all others.</summary>
    private sealed class Model(int id, int identityOffset, params int[] fields)
    {
        public int Id => id;

        /// <summary>Where the number is kept in the guest object.</summary>
        public int IdentityOffset => identityOffset;

        public int[] Fields => fields;

        public Model?[] Targets { get; } = new Model?[fields.Length];
    }

    private static readonly Gen<(Step Step, int A, int B, int C)[]> Programs =
        Gen.Select(Gen.Int[0, (int)Step.CollectYoung].Select(i => (Step)i), Gen.Int[0, 63], Gen.Int[0, 63], Gen.Int[0, 40]).Array[1, 400];

    private static readonly HeapOptions Small = new() { NurseryBytes = 2048, MinimumBudget = 4096, ChunkBytes = 256, LargeObjectBytes = 160, Verify = true, CountObjects = true };

    private static readonly HeapOptions[] Ordinary =
    [
        Small,
        Small with { LargeObjectBytes = 1 << 20 },
        Small with { NurseryBytes = 256, MinimumBudget = 512 },
        Small with { NurseryBytes = 1 << 20 },
    ];

    [Fact]
    public void RandomGraphsSurviveOrdinaryCollections()
    {
        foreach (HeapOptions options in Ordinary)
            Check(_ => options, iterations: 150);
    }

    [Fact]
    public void RandomGraphsSurviveStress() => Check(_ => Small with { Stress = GcStress.Allocations }, iterations: 100);

    [Fact]
    public void RandomGraphsSurviveRandomStress() => Check(seed => Small with { Stress = GcStress.Random(seed) }, iterations: 200);

    private static readonly HeapOptions[] LimitOptions =
    [
        new() { ChunkBytes = 64, NurseryBytes = 512, MinimumBudget = 512 },
        new() { ChunkBytes = 4096 },
        new() { ChunkBytes = 64, LargeObjectBytes = 500, MinimumBudget = 2048 },
        new() { ChunkBytes = 128, NurseryBytes = 1024, LargeObjectBytes = 16 },
        new() { Stress = GcStress.Allocations },
        new() { Stress = GcStress.Random(7), LargeObjectBytes = 1000 },
    ];

    public static TheoryData<int> LimitCases => new(Enumerable.Range(0, LimitOptions.Length));

    /// <summary>An allocation fails exactly when what the model reaches and the new object exceed the limit, whatever the heap's options.</summary>
    [Theory]
    [MemberData(nameof(LimitCases))]
    public void TheMemoryLimitStrikesAtTheSameAllocationWhateverTheOptions(int options) =>
        Gen.Select(Gen.Int[0, 63], Gen.Int[1, 250], Gen.Bool).Array[1, 300].Sample(program =>
        {
            const long limit = 10_000;
            using TestHeap heap = new(LimitOptions[options] with { MemoryLimit = limit });
            long[] sizes = new long[heap.Roots.Length];
            long allocated = 0;
            foreach ((int slot, int words, bool replace) in program)
            {
                if (replace)
                    (heap.Roots[slot], sizes[slot]) = (0, 0);
                long bytes = 16 + 8 * words;
                uint reference = heap.Longs(bytes);
                Assert.Equal(sizes.Sum() + bytes <= limit, reference != 0);
                if (reference == 0)
                    continue;
                (heap.Roots[slot], sizes[slot]) = (reference, bytes);
                allocated += bytes;
            }
            Assert.Equal(allocated, heap.Heap.Statistics.BytesAllocated);
        }, iter: 100, threads: 1);

    private static void Check(Func<int, HeapOptions> options, int iterations) => Programs.Sample(program =>
    {
        using TestHeap heap = new(options(program.Length));
        Model?[] roots = new Model?[heap.Roots.Length];
        int nextId = 1;
        foreach ((Step step, int a, int b, int c) in program)
        {
            switch (step)
            {
                case Step.NewNode:
                    heap.Roots[a] = heap.Node();
                    roots[a] = new Model(nextId++, 12, 8, 16);
                    break;
                case Step.NewReferences:
                    heap.Roots[a] = heap.References(c + 1);
                    roots[a] = new Model(c + 1, 4, Enumerable.Range(0, c + 1).Select(i => 8 + 4 * i).ToArray());
                    break;
                case Step.NewPairs:
                    heap.Roots[a] = heap.Pairs(c + 1);
                    roots[a] = new Model(nextId++, 8, Enumerable.Range(0, c + 1).SelectMany(i => new[] { 12 + 16 * i, 20 + 16 * i }).ToArray());
                    break;
                case Step.NewLongs:
                    heap.Roots[a] = heap.Longs(16 + 8 * c);
                    roots[a] = new Model(nextId++, 8);
                    break;
                case Step.Link:
                    Link(heap, roots, a, b, c);
                    break;
                case Step.CopyRoot:
                    (heap.Roots[a], roots[a]) = (heap.Roots[b], roots[b]);
                    break;
                case Step.DropRoot:
                    (heap.Roots[a], roots[a]) = (0, null);
                    break;
                case Step.Collect:
                    heap.Collect();
                    break;
                case Step.CollectYoung:
                    heap.CollectYoung();
                    break;
            }
            if (step <= Step.NewLongs)
                heap.Word((uint)heap.Roots[a], roots[a]!.IdentityOffset) = (uint)roots[a]!.Id;
        }
        AssertSame(heap, roots);
        heap.Collect();
        long live = AssertSame(heap, roots);
        Assert.Equal(live, heap.Heap.UsedBytes);
    }, iter: iterations, threads: 1);

    private static void Link(TestHeap heap, Model?[] roots, int holder, int target, int index)
    {
        if (roots[holder] is not { Fields.Length: > 0 } model)
            return;
        int field = index % model.Fields.Length;
        model.Targets[field] = roots[target];
        heap.Store((uint)heap.Roots[holder], model.Fields[field], heap.Roots[target]);
    }

    /// <summary>Walks both graphs together; the correspondence must be one to one.</summary>
    /// <returns>Bytes reachable.</returns>
    private static long AssertSame(TestHeap heap, Model?[] roots)
    {
        Dictionary<Model, uint> known = [];
        Dictionary<uint, Model> back = [];
        Stack<(Model? Model, uint Reference)> work = new();
        for (int i = 0; i < roots.Length; i++)
            work.Push((roots[i], (uint)heap.Roots[i]));
        long bytes = 0;
        while (work.TryPop(out (Model? Model, uint Reference) pair))
        {
            if (pair.Model is not { } model)
            {
                Assert.Equal(0u, pair.Reference);
                continue;
            }
            if (known.TryGetValue(model, out uint seen))
            {
                Assert.Equal(seen, pair.Reference);
                continue;
            }
            Assert.True(back.TryAdd(pair.Reference, model), "two objects became one");
            known.Add(model, pair.Reference);
            bytes += heap.Heap.Reader.Read(pair.Reference, heap.Heap.LimitOf(pair.Reference)).Bytes;
            Assert.Equal((uint)model.Id, heap.Word(pair.Reference, model.IdentityOffset));
            for (int i = 0; i < model.Fields.Length; i++)
                work.Push((model.Targets[i], heap.Word(pair.Reference, model.Fields[i])));
        }
        return bytes;
    }
}
