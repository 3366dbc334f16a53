using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Writes the <see cref="TypeDescriptor"/> of a class, array or string into the program's metadata, then publishes it:
/// <code>
///   fixed part | virtual table, u32 per slot | reference map, u32 per reference | interface table, u32 per entry
/// </code>
/// </summary>
internal sealed unsafe class DescriptorWriter(Program program, LinkedType type)
{
    public uint Write() => type.Kind switch
    {
        LinkedTypeKind.String => Write(ObjectKind.String, 1, [], [], []),
        LinkedTypeKind.Array => WriteArray(),
        LinkedTypeKind.Class => WriteClass(),
        LinkedTypeKind.Value => WriteBox(),
        _ => throw new InvalidOperationException($"'{type.Name}' has no objects of its own, hence no descriptor."),
    };

    private uint WriteArray()
    {
        StorageLayout element = type.Element!.Storage;
        return Write(ObjectKind.Array, element.Size, [], [.. element.Leaves.Where(l => l.Type.IsReference).Select(l => (uint)l.Offset)], []);
    }

    private uint WriteClass()
    {
        int bytes = (int)ObjectLayout.Align(type.Fields.End);
        uint[] virtualTable = [.. type.Methods.Slots.Select(EntryOf)];
        uint[] references = [.. type.Fields.ReferenceOffsets.Select(o => (uint)o)];
        return Write(ObjectKind.Instance, bytes, virtualTable, references, type.Definition!.IsAbstract ? [] : InterfaceTable());
    }

    private uint WriteBox()
    {
        StorageLayout value = type.Storage;
        int bytes = (int)ObjectLayout.Align(ObjectLayout.HeaderBytes + value.Size);
        return Write(ObjectKind.Instance, bytes, [], [.. value.Leaves.Where(l => l.Type.IsReference).Select(l => (uint)(ObjectLayout.HeaderBytes + l.Offset))], InterfaceTable());
    }

    private uint Write(ObjectKind kind, int size, uint[] virtualTable, uint[] references, uint[] interfaceTable)
    {
        uint superclass = type.Base?.DescriptorOffset ?? 0;
        int mapOffset = sizeof(TypeDescriptor) + virtualTable.Length * sizeof(uint);
        int tableOffset = mapOffset + references.Length * sizeof(uint);
        uint offset = program.Metadata.Allocate(tableOffset + interfaceTable.Length * sizeof(uint));
        var descriptor = program.Metadata.Pointer<TypeDescriptor>(offset);
        descriptor->Kind = kind;
        descriptor->Size = (uint)size;
        descriptor->TypeIndex = (uint)type.Index;
        descriptor->ReferenceCount = (uint)references.Length;
        descriptor->ReferenceMapOffset = (uint)mapOffset;
        descriptor->VirtualCount = (uint)virtualTable.Length;
        descriptor->InterfaceMask = (uint)Math.Max(interfaceTable.Length - 1, 0);
        descriptor->InterfaceTableOffset = (uint)tableOffset;
        WriteDisplay(descriptor, offset, superclass);
        Copy(virtualTable, descriptor, sizeof(TypeDescriptor));
        Copy(references, descriptor, mapOffset);
        Copy(interfaceTable, descriptor, tableOffset);
        program.Metadata.PublishDescriptor(offset);
        return offset;
    }

    private void WriteDisplay(TypeDescriptor* descriptor, uint offset, uint superclass)
    {
        descriptor->Depth = (uint)type.ClassDepth;
        if (superclass != 0)
            descriptor->Display = program.Metadata.At<TypeDescriptor>(superclass).Display;
        if (descriptor->Depth < TypeDescriptor.DisplayLength)
            descriptor->Display[(int)descriptor->Depth] = offset;
    }

    private static void Copy(uint[] values, TypeDescriptor* descriptor, int offset) =>
        values.CopyTo(new Span<uint>((byte*)descriptor + offset, values.Length));

    private uint EntryOf(LinkedMethod method)
    {
        if (method.Definition.IsAbstract)
            return program.AbstractMethod.EntryOffset;
        LinkedFunction function = program.Function(method.Definition.Function, method.Owner.Arguments);
        return (method.Owner.Kind == LinkedTypeKind.Value ? program.Unboxing(function) : function).EntryOffset;
    }

    private uint[] InterfaceTable()
    {
        List<(int Selector, uint Entry)> methods = [.. type.Supertypes.Where(t => t.Kind == LinkedTypeKind.Interface).SelectMany(Implementations)];
        int size = 1;
        while (!IsFreeOfCollisions(methods, size))
            size *= 2;
        uint[] table = new uint[methods.Count == 0 ? 0 : size];
        foreach ((int selector, uint entry) in methods)
            table[selector & (size - 1)] = entry;
        return table;
    }

    private IEnumerable<(int Selector, uint Entry)> Implementations(LinkedType @interface) =>
        @interface.Methods.Slots.Select((method, i) => (program.Types.Selector(@interface, i), EntryOf(Implementation(method))));

    /// <summary>The class's own or inherited method, else the body that an interface gives it.</summary>
    private LinkedMethod Implementation(LinkedMethod method) =>
        type.Methods.Find(method.Key) ??
        (method.Definition.IsAbstract ? null : method) ??
        type.Supertypes.Where(t => t.Kind == LinkedTypeKind.Interface).Select(t => t.Methods.Find(method.Key)).FirstOrDefault(m => m is { Definition.IsAbstract: false }) ??
        throw new LinkException($"{program.Module.Name}: class '{type.Name}' does not implement '{method.Owner.Name}.{method.Definition.Name}'");

    private static bool IsFreeOfCollisions(List<(int Selector, uint Entry)> methods, int size)
    {
        var taken = new HashSet<int>();
        return methods.TrueForAll(m => taken.Add(m.Selector & (size - 1)));
    }
}
