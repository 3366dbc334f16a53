using System.Diagnostics;
using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Bench;

/// <summary>What cages and the collector cost by themselves, without an engine: creation, resident bytes, allocation, copying, pauses.</summary>
internal static unsafe class MemoryFigures
{
    public static int Print()
    {
        Creation();
        foreach (int bytes in new[] { 24, 64, 4096 })
            Allocation(bytes);
        Compacting();
        BinaryTrees(depth: 16);
        BinaryTrees(depth: 20);
        return 0;
    }

    private static void Creation()
    {
        const int count = 1000;
        using MetadataRegion metadata = new();
        for (int round = 0; round < 3; round++)
        {
            (Cage Cage, GuestStack Stack, ContextPage Page)[] instances = new (Cage, GuestStack, ContextPage)[count];
            long before = ResidentBytes();
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                instances[i] = (new Cage(4096), new GuestStack(), new ContextPage());
                _ = new Heap(instances[i].Cage, metadata, instances[i].Page.Context, HeapOptions.Default);
            }
            double microseconds = Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
            long resident = (ResidentBytes() - before) / count;
            started = Stopwatch.GetTimestamp();
            foreach ((Cage cage, GuestStack stack, ContextPage page) in instances)
            {
                cage.Dispose();
                stack.Dispose();
                page.Dispose();
            }
            double disposal = Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
            Console.WriteLine($"instance memory (cage, stack, context, heap): {microseconds:F1} us to create, {disposal:F1} us to dispose, {resident:N0} bytes resident");
        }
        CageAlone(count);
    }

    private static void CageAlone(int count)
    {
        Cage[] cages = new Cage[count];
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++)
            cages[i] = new Cage(4096);
        Console.WriteLine($"cage alone: {Stopwatch.GetElapsedTime(started).TotalMicroseconds / count:F1} us to create");
        foreach (Cage cage in cages)
            cage.Dispose();
    }

    private static void Allocation(int bytes)
    {
        using Guest guest = new();
        uint type = guest.Type(ObjectKind.Instance, (uint)bytes);
        const long total = 4L << 30;
        for (int round = 0; round < 3; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (long done = 0; done < total; done += bytes)
                guest.Allocate(type, bytes);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            Console.WriteLine($"allocating garbage of {bytes} bytes: {total / elapsed.TotalSeconds / 1e6:N0} MB/s, {elapsed.TotalNanoseconds / (total / bytes):F2} ns an object");
        }
    }

    /// <summary>A full collection of 256 MiB of linked nodes in random order of creation and reach.</summary>
    private static void Compacting()
    {
        using Guest guest = new();
        uint type = guest.Type(ObjectKind.Instance, 32, 8, 16);
        guest.Root = guest.Tree(type, 32, 22);
        for (int round = 0; round < 4; round++)
        {
            long started = Stopwatch.GetTimestamp();
            guest.Heap.Collect(guest);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            long live = guest.Heap.Statistics.LiveBytes;
            Console.WriteLine($"marking and compacting {live / 1e6:N0} MB of small linked objects: {live / elapsed.TotalSeconds / 1e6:N0} MB/s, {elapsed.TotalMilliseconds:F0} ms, {elapsed.TotalNanoseconds / (live / 32):F1} ns an object");
        }
    }

    private static void BinaryTrees(int depth)
    {
        using Guest guest = new();
        uint type = guest.Type(ObjectKind.Instance, 16, 8, 12);
        long started = Stopwatch.GetTimestamp();
        guest.Root = guest.Tree(type, 16, depth);
        for (int d = 4; d <= depth; d += 4)
        {
            for (int i = 0; i < 1 << (depth - d + 4); i++)
                guest.Scratch = guest.Tree(type, 16, d);
        }
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        HeapStatistics s = guest.Heap.Statistics;
        Console.WriteLine($"trees of depth {depth}: {elapsed.TotalMilliseconds:F0} ms, {s.BytesAllocated / 1e6:N0} MB allocated, {s.BytesPromoted / 1e6:N0} MB promoted, {s.Minor.Count} minor and {s.Full.Count} full collections of "
            + $"{s.TotalPause.TotalMilliseconds:F0} ms; minor p50 {s.Minor.Median.TotalMilliseconds:F2}, p99 {s.Minor.Percentile99.TotalMilliseconds:F2}, max {s.Minor.Max.TotalMilliseconds:F2} ms, full max {s.Full.Max.TotalMilliseconds:F2} ms; {ResidentBytes() / 1e6:N0} MB resident");
    }

    private static long ResidentBytes() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize;

    /// <summary>A heap with two roots and a shadow stack for trees under construction.</summary>
    private sealed class Guest : IRootSource, IDisposable
    {
        private readonly Cage cage = new(4096);
        private readonly MetadataRegion metadata = new();
        private readonly ContextPage page = new();
        private readonly ulong[] roots = new ulong[66];
        private int depthInUse = 2;

        public Guest() => Heap = new Heap(cage, metadata, page.Context, HeapOptions.Default);

        public Heap Heap { get; }

        public uint Root { set => roots[0] = value; }

        public uint Scratch { set => roots[1] = value; }

        public uint Type(ObjectKind kind, uint size, params uint[] map)
        {
            uint offset = metadata.Allocate(sizeof(TypeDescriptor) + 4 * map.Length);
            ref TypeDescriptor descriptor = ref metadata.At<TypeDescriptor>(offset);
            (descriptor.Kind, descriptor.Size) = (kind, size);
            (descriptor.ReferenceCount, descriptor.ReferenceMapOffset) = ((uint)map.Length, (uint)sizeof(TypeDescriptor));
            for (int i = 0; i < map.Length; i++)
                metadata.At<uint>(offset + (uint)(sizeof(TypeDescriptor) + 4 * i)) = map[i];
            metadata.PublishDescriptor(offset);
            return offset;
        }

        public uint Allocate(uint type, int bytes)
        {
            uint reference = Heap.TryAllocate(type, 0, bytes);
            return reference != 0 ? reference : Heap.AllocateSlow(type, 0, bytes, this);
        }

        /// <summary>A full binary tree; its node has the references at the first two entries of a 16- or 32-byte layout.</summary>
        public uint Tree(uint type, int bytes, int depth)
        {
            if (depth == 0)
                return Allocate(type, bytes);
            int slot = depthInUse;
            depthInUse += 2;
            roots[slot] = Tree(type, bytes, depth - 1);
            roots[slot + 1] = Tree(type, bytes, depth - 1);
            uint node = Allocate(type, bytes);
            ReferenceStore.Store(cage.Base, node + 8, (uint)roots[slot]);
            ReferenceStore.Store(cage.Base, node + (uint)bytes / 2 + (bytes == 16 ? 4u : 0), (uint)roots[slot + 1]);
            (roots[slot], roots[slot + 1]) = (0, 0);
            depthInUse = slot;
            return node;
        }

        public void VisitRoots(RootVisitor visitor)
        {
            fixed (ulong* slots = roots)
            {
                for (int i = 0; i < roots.Length; i++)
                    visitor.Visit(slots + i);
            }
        }

        public void Dispose()
        {
            cage.Dispose();
            metadata.Dispose();
            page.Dispose();
        }
    }
}
