using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Library;

/// <summary>Collections of what is no reference hold no objects: what they allocate is their arrays.</summary>
public sealed class CollectionMemoryTests
{
    /// <summary>Headers and what growing leaves behind.</summary>
    private const double Slack = 1.05;

    private const string Source = """
        import std.collections.{List, Map}

        value class Vec3(x: double, y: double, z: double)

        let numbers = List<int>()

        fn fill(count: int) {
            for i in 0..count {
                numbers.add(i)
            }
        }

        fn sum(): long {
            var sum = 0L
            for i in 0..numbers.count() {
                sum += numbers.get(i)
            }
            return sum
        }

        fn vectors(count: int): double {
            let list = List<Vec3>(count)
            for i in 0..count {
                list.add(Vec3(i.toDouble(), 1.0, 2.0))
            }
            var sum = 0.0
            for i in 0..count {
                sum += list.get(i).x
            }
            return sum
        }

        fn lookups(count: int): int {
            let map = Map<(int, int), int>()
            for i in 0..64 {
                map.set((i, -i), i)
            }
            let before = count
            var sum = 0
            for i in 0..before {
                sum += map.get((i & 63, -(i & 63))) ?? 1000
            }
            return sum
        }
        """;

    [Theory]
    [InlineData(EngineKind.Interpreter)]
    [InlineData(EngineKind.Auto)]
    public void SummingAListAllocatesNothing(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using GuestInstance instance = program.Instantiate();
        instance.Call("fill", 10_000);
        long before = instance.Statistics.BytesAllocated;
        Assert.Equal(49_995_000L, instance.Call<long>("sum"));
        Assert.Equal(before, instance.Statistics.BytesAllocated);
    }

    [Theory]
    [InlineData(EngineKind.Interpreter)]
    [InlineData(EngineKind.Auto)]
    public void AListOfValuesIsOneArray(EngineKind engine)
    {
        const int Count = 100_000, VectorBytes = 3 * sizeof(double);
        using GuestProgram program = Guests.Tarn(Source, engine);
        using GuestInstance instance = program.Instantiate();
        long before = instance.Statistics.BytesAllocated;
        Assert.Equal(4_999_950_000.0, instance.Call<double>("vectors", Count));
        Assert.InRange(instance.Statistics.BytesAllocated - before, Count * VectorBytes, (long)(Slack * Count * VectorBytes));
    }

    [Theory]
    [InlineData(EngineKind.Interpreter)]
    [InlineData(EngineKind.Auto)]
    public void KeysAndResultsThatAreValuesAreNoObjects(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(Source, engine);
        using GuestInstance instance = program.Instantiate();
        long few = Allocated(instance, 64);
        Assert.Equal(few, Allocated(instance, 64_000));
    }

    private static long Allocated(GuestInstance instance, int lookups)
    {
        long before = instance.Statistics.BytesAllocated;
        Assert.Equal(lookups / 64 * 2016, instance.Call<int>("lookups", lookups));
        return instance.Statistics.BytesAllocated - before;
    }
}
