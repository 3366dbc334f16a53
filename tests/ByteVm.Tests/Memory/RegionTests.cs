using System.Runtime.InteropServices;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Tests.Memory;

public sealed unsafe class RegionTests
{
    [Fact]
    public void TheCageMapsCardsAndPermanentAreaButNeitherNullPagesNorSlackNorGuards()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using Cage cage = new(100_000);
        ulong start = (ulong)cage.Base;
        List<MemoryMap> inside = MemoryMap.Accessible().Where(m => m.Overlaps(start - CageLayout.LowerGuard, start + CageLayout.Size + CageLayout.UpperGuard)).ToList();
        Assert.Equal(2, inside.Count);
        (MemoryMap cards, MemoryMap permanent) = (inside[0], inside[1]);
        Assert.Equal((start - 64 * 1024 * 1024, start - 32 * 1024 * 1024, "rw-p"), (cards.Start, cards.End, cards.Access));
        Assert.Equal((start + CageLayout.PermanentStart, start + cage.PermanentEnd, "rw-p"), (permanent.Start, permanent.End, permanent.Access));
        Assert.True(cage.PermanentEnd - CageLayout.PermanentStart >= 100_000);
    }

    [Fact]
    public void AThousandInstancesLiveAtOnce()
    {
        const int count = 1000;
        using MetadataRegion metadata = new();
        List<(Cage Cage, GuestStack Stack, ContextPage Page)> instances = [];
        int before = OperatingSystem.IsLinux() ? MemoryMap.All().Count : 0;
        for (int i = 0; i < count; i++)
        {
            instances.Add((new Cage(4096), new GuestStack(), new ContextPage()));
            Heap heap = new(instances[i].Cage, metadata, instances[i].Page.Context, HeapOptions.Default);
            Assert.Equal(0, heap.UsedBytes);
        }
        if (OperatingSystem.IsLinux())
            Assert.InRange(MemoryMap.All().Count - before, 1, count * 8);
        foreach ((Cage cage, GuestStack stack, ContextPage page) in instances)
        {
            cage.Dispose();
            stack.Dispose();
            page.Dispose();
        }
    }

    [Fact]
    public void AHeapInUseKeepsToEightMappings()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using TestHeap heap = new();
        for (int i = 0; i < 5; i++)
        {
            heap.Roots[0] = heap.Longs(40 << 20);
            heap.Collect();
        }
        ulong start = (ulong)heap.Cage.Base;
        Assert.InRange(MemoryMap.All().Count(m => m.Overlaps(start, start + CageLayout.Size)), 3, 8);
    }

    [Fact]
    public void AStackHasRoomForSignalsBelowItsLimitAndGuardsAtBothEnds()
    {
        using GuestStack stack = new(100_000);
        Assert.True(stack.Top - stack.Limit >= 100_000);
        *(stack.Limit - 16 * 1024) = 1;
        *(stack.Top - 1) = 1;
        if (!OperatingSystem.IsLinux())
            return;
        MemoryMap[] accessible = MemoryMap.Accessible().ToArray();
        Assert.DoesNotContain(accessible, m => m.Contains((ulong)stack.Top));
        Assert.DoesNotContain(accessible, m => m.Contains((ulong)stack.Limit - GuestStack.SignalRoomBytes - 1));
    }

    [Fact]
    public void AStackOfOneGibibyteCostsOnlyAddressSpace()
    {
        using GuestStack stack = new(GuestStack.MaxBytes);
        *(stack.Top - 8) = 1;
        *stack.Limit = 1;
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuestStack(GuestStack.MaxBytes + 1));
    }

    [Fact]
    public void TheContextPageStartsAsZeroAndHoldsTheContext()
    {
        Assert.True(sizeof(InstanceContext) <= Environment.SystemPageSize);
        using ContextPage page = new();
        Assert.Equal(-1, new ReadOnlySpan<byte>(page.Context, Environment.SystemPageSize).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void MetadataIsZeroedAlignedAndNeverAtZero()
    {
        using MetadataRegion metadata = new();
        uint previous = 0;
        for (int bytes = 1; bytes < 3000; bytes++)
        {
            uint offset = metadata.Allocate(bytes);
            Assert.True(offset > previous && offset % 8 == 0);
            Span<byte> span = new(metadata.Base + offset, bytes);
            Assert.Equal(-1, span.IndexOfAnyExcept((byte)0));
            span.Fill(0xFF);
            previous = offset;
        }
    }

    [Fact]
    public void MetadataAllocatedOnManyThreadsDoesNotOverlap()
    {
        using MetadataRegion metadata = new();
        Parallel.For(0, 8, thread =>
        {
            uint[] offsets = new uint[5000];
            for (int i = 0; i < offsets.Length; i++)
                metadata.At<ulong>(offsets[i] = metadata.Allocate(8)) = (ulong)thread << 32 | (uint)i;
            for (int i = 0; i < offsets.Length; i++)
                Assert.Equal((ulong)thread << 32 | (uint)i, metadata.At<ulong>(offsets[i]));
        });
    }

    [Fact]
    public void MetadataOutsideOfWhatIsAllocatedIsRefused()
    {
        using MetadataRegion metadata = new(1 << 20);
        uint offset = metadata.Allocate(8);
        Assert.Throws<ArgumentOutOfRangeException>(() => metadata.At<ulong>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => metadata.At<ulong>(offset + 8));
        Assert.Throws<OutOfNativeMemoryException>(() => metadata.Allocate(1 << 20));
        Assert.Equal(offset + 8, metadata.Allocate(8));
    }

    public static TheoryData<ObjectKind, uint, uint[]> BadDescriptors => new()
    {
        { ObjectKind.None, 8, [] },
        { (ObjectKind)9, 8, [] },
        { ObjectKind.Instance, 0, [] },
        { ObjectKind.Instance, 20, [] },
        { ObjectKind.Instance, ObjectLayout.MaxInstanceBytes + 8, [] },
        { ObjectKind.Instance, 24, [4] },
        { ObjectKind.Instance, 24, [24] },
        { ObjectKind.Instance, 24, [10] },
        { ObjectKind.Instance, 24, [uint.MaxValue - 3] },
        { ObjectKind.Array, 10, [0] },
        { ObjectKind.Array, 4, [4] },
        { ObjectKind.Array, 1 << 20, [] },
        { ObjectKind.String, 2, [] },
        { ObjectKind.String, 1, [0] },
    };

    [Theory]
    [MemberData(nameof(BadDescriptors))]
    public void ADescriptorTheCollectorCouldNotTrustIsNotPublished(ObjectKind kind, uint size, uint[] map)
    {
        using TestHeap heap = new();
        Assert.Throws<ArgumentException>(() => heap.Publish(kind, size, map));
    }

    [Fact]
    public void LayoutOffsetsAreThoseOfTheStructs()
    {
        InstanceContext context = default;
        byte* start = (byte*)&context;
        Assert.Equal((byte*)&context.HeapTop - start, InstanceContext.OffsetOf(nameof(InstanceContext.HeapTop)));
        Assert.Equal((byte*)&context.StackLimit - start, InstanceContext.OffsetOf(nameof(InstanceContext.StackLimit)));
        Assert.Equal((byte*)&context.Registers - start, InstanceContext.OffsetOf(nameof(InstanceContext.Registers)));
        TypeDescriptor descriptor = default;
        Assert.Equal((byte*)&descriptor.Display - (byte*)&descriptor, TypeDescriptor.DisplayOffset);
        Assert.Equal(0, TypeDescriptor.VirtualTableOffset % 8);
        // Entries lie one after another and compiled code calls through the first word of one.
        Assert.Equal(0, Marshal.SizeOf<FunctionEntry>() % 8);
        Assert.Equal(0, (int)Marshal.OffsetOf<FunctionEntry>(nameof(FunctionEntry.Code)));
    }
}
