using ByteVm.Memory;
using ByteVm.Memory.Layout;

namespace ByteVm.Tests.Memory;

/// <summary>A heap with a few types and a root array, as an engine would set it up.</summary>
internal sealed unsafe class TestHeap : IDisposable, IRootSource
{
    public const int PermanentBytes = 4096;

    private readonly ContextPage page = new();

    public TestHeap(HeapOptions? options = null)
    {
        Cage = new Cage(PermanentBytes);
        Metadata = new MetadataRegion();
        NodeType = Instance(24, 8, 16);
        LeafType = Instance(16);
        StringType = Publish(ObjectKind.String, 1);
        ReferencesType = Publish(ObjectKind.Array, 4, 0);
        PairsType = Publish(ObjectKind.Array, 16, 4, 12);
        LongsType = Publish(ObjectKind.Array, 8);
        Heap = new Heap(Cage, Metadata, page.Context, options ?? HeapOptions.Default);
        Objects = new GuestObjects(Heap);
    }

    public Cage Cage { get; }
    public MetadataRegion Metadata { get; }
    public Heap Heap { get; }
    public GuestObjects Objects { get; }
    public InstanceContext* Context => page.Context;

    /// <summary>Two references at +8 and +16, a u32 at +12 and one at +20.</summary>
    public uint NodeType { get; }

    /// <summary>16 bytes without references.</summary>
    public uint LeafType { get; }

    public uint StringType { get; }
    public uint ReferencesType { get; }

    /// <summary>Array of 16-byte value-class elements with references at +4 and +12.</summary>
    public uint PairsType { get; }

    public uint LongsType { get; }

    /// <summary>Frame slots.</summary>
    public ulong[] Roots { get; } = new ulong[64];

    public void VisitRoots(RootVisitor visitor)
    {
        fixed (ulong* slots = Roots)
        {
            for (int i = 0; i < Roots.Length; i++)
                visitor.Visit(slots + i);
        }
    }

    public uint Instance(uint bytes, params uint[] map) => Publish(ObjectKind.Instance, bytes, map);

    public uint Publish(ObjectKind kind, uint size, params uint[] map)
    {
        uint offset = Metadata.Allocate(sizeof(TypeDescriptor) + 4 * map.Length);
        ref TypeDescriptor descriptor = ref Metadata.At<TypeDescriptor>(offset);
        descriptor.Kind = kind;
        descriptor.Size = size;
        descriptor.ReferenceCount = (uint)map.Length;
        descriptor.ReferenceMapOffset = (uint)sizeof(TypeDescriptor);
        for (int i = 0; i < map.Length; i++)
            Metadata.At<uint>(offset + (uint)sizeof(TypeDescriptor) + 4 * (uint)i) = map[i];
        Metadata.PublishDescriptor(offset);
        return offset;
    }

    /// <summary>Allocates as an engine does: in the buffer, else on the slow path; 0 when out of memory.</summary>
    public uint Allocate(uint type, uint second, long bytes)
    {
        uint reference = Heap.TryAllocate(type, second, bytes);
        return reference != 0 ? reference : Heap.AllocateSlow(type, second, bytes, this);
    }

    public uint Node() => Allocate(NodeType, 0, 24);

    public uint Leaf() => Allocate(LeafType, 0, 16);

    public uint References(int length) => Allocate(ReferencesType, (uint)length, ObjectLayout.ArrayBytes(length, 4));

    public uint Pairs(int length) => Allocate(PairsType, (uint)length, ObjectLayout.ArrayBytes(length, 16));

    /// <summary>An array of i64 that takes exactly <paramref name="bytes"/>, a multiple of 8.</summary>
    public uint Longs(long bytes) => Allocate(LongsType, (uint)(bytes / 8 - 1), bytes);

    public ref uint Word(uint reference, int offset) => ref *(uint*)(Cage.Base + reference + offset);

    /// <summary>Stores a reference into an object with the write barrier, as an engine does.</summary>
    public void Store(uint holder, int offset, ulong reference) => ReferenceStore.Store(Cage.Base, holder + (uint)offset, (uint)reference);

    public void Collect() => Heap.Collect(this);

    public void CollectYoung() => Heap.CollectYoung(this);

    public void Verify() => HeapVerifier.Verify(Heap, this);

    public void Dispose()
    {
        Cage.Dispose();
        Metadata.Dispose();
        page.Dispose();
    }
}
