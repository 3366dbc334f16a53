using System.Text;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>Writes the objects and roots of a stopped heap in the format of <see cref="HeapDumpFormat"/>. Reads the heap as if it were hostile.</summary>
internal sealed unsafe class HeapDumpWriter(Heap heap, HeapDumpNames names, BinaryWriter output)
{
    private readonly ObjectReader reader = heap.Reader;

    /// <summary>Numbers of the types in the dump, by metadata offset of their descriptors.</summary>
    private readonly Dictionary<uint, uint> typeNumbers = [];

    private readonly List<(ObjectKind Kind, string Name)> types = [];

    /// <returns>How many objects were written.</returns>
    public long Write(IRootSource roots)
    {
        RootCollector collector = new(heap, names);
        roots.VisitRoots(collector);
        long count = 0;
        ForEach((offset, shape) =>
        {
            NumberOf(offset, shape);
            count++;
        });

        output.Write(HeapDumpFormat.Magic);
        output.Write(HeapDumpFormat.Version);
        WriteTypes();
        WriteRoots(collector.Roots);
        output.Write((ulong)count);
        ForEach(WriteObject);
        output.Write(HeapDumpFormat.EndMagic);
        return count;
    }

    private delegate void ObjectAction(uint offset, ObjectShape shape);

    private void ForEach(ObjectAction action)
    {
        ForEachBetween(heap.NurseryStart, heap.CheckedTop(), action);
        ForEachBetween(heap.Old.Bottom, heap.Old.Top, action);
        foreach (LargeObject large in heap.Large.Objects)
            action(large.Start, reader.Read(large.Start, large.End));
    }

    private void ForEachBetween(uint start, uint end, ObjectAction action)
    {
        for (uint offset = start; offset < end;)
        {
            ObjectShape shape = reader.Read(offset, end);
            action(offset, shape);
            offset += shape.Bytes;
        }
    }

    private uint NumberOf(uint offset, in ObjectShape shape)
    {
        uint descriptor = (uint)reader.ReadHeader(offset);
        if (!typeNumbers.TryGetValue(descriptor, out uint number))
        {
            number = (uint)types.Count;
            typeNumbers.Add(descriptor, number);
            types.Add((shape.Descriptor->Kind, names.Type(shape.Descriptor->TypeIndex)));
        }

        return number;
    }

    private void WriteTypes()
    {
        output.Write((uint)types.Count);
        foreach ((ObjectKind kind, string name) in types)
        {
            output.Write((uint)kind);
            WriteName(name);
        }
    }

    private void WriteRoots(List<(uint Target, string Name)> roots)
    {
        output.Write((uint)roots.Count);
        foreach ((uint target, string name) in roots)
        {
            output.Write(target);
            WriteName(name);
        }
    }

    private void WriteObject(uint offset, ObjectShape shape)
    {
        ReferenceCollector references = new(heap, []);
        reader.VisitReferences(offset, shape, references);
        output.Write(offset);
        output.Write(NumberOf(offset, shape));
        output.Write(shape.Bytes);
        output.Write(shape.Descriptor->Kind == ObjectKind.Instance ? 0 : shape.Length);
        output.Write((uint)references.Found.Count);
        foreach (uint reference in references.Found)
            output.Write(reference);
    }

    private void WriteName(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name.Length <= HeapDumpFormat.MaxNameBytes / 4 ? name : name[..(HeapDumpFormat.MaxNameBytes / 4)]);
        output.Write((uint)bytes.Length);
        output.Write(bytes);
    }

    private static bool IsPermanent(Heap heap, uint reference) => reference < heap.Cage.PermanentEnd;

    private readonly struct ReferenceCollector(Heap heap, List<uint> found) : IReferenceVisitor
    {
        public List<uint> Found => found;

        public void Visit(uint* field)
        {
            if (!IsPermanent(heap, *field))
                found.Add(*field);
        }
    }

    private sealed class RootCollector(Heap heap, HeapDumpNames names) : RootVisitor
    {
        private string holder = "host";

        public List<(uint Target, string Name)> Roots { get; } = [];

        public override void EnterFrame(string function) => holder = $"frame of {function}";

        public override void Visit(uint* field)
        {
            if (IsPermanent(heap, *field))
                return;
            byte* start = heap.Cage.Base;
            bool isGlobal = field >= start && field < start + heap.Cage.PermanentEnd;
            Roots.Add((*field, isGlobal ? $"global {names.Global((uint)((byte*)field - start))}" : holder));
        }
    }
}
