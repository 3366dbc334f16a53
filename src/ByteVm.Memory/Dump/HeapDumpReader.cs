using System.Buffers.Binary;
using System.Text;

namespace ByteVm.Memory;

/// <summary>Reads heap dumps. Believes nothing: every count is compared with the bytes that are left before anything is allocated for it.</summary>
public sealed class HeapDumpReader
{
    private static readonly string[] Kinds = ["", "instance", "array", "string"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] bytes;
    private int position;

    private HeapDumpReader(byte[] bytes) => this.bytes = bytes;

    /// <exception cref="HeapDumpException">The bytes are no heap dump of this version.</exception>
    public static HeapDump Read(byte[] bytes) => new HeapDumpReader(bytes).Read();

    private HeapDump Read()
    {
        if (!Take(HeapDumpFormat.MagicBytes, "the magic number").SequenceEqual(HeapDumpFormat.Magic))
            throw new HeapDumpException(0, "this is no heap dump: it does not begin with ByteVmHD");
        uint version = U32("the version");
        if (version != HeapDumpFormat.Version)
            throw Problem($"the dump has version {version}, this program reads version {HeapDumpFormat.Version}");
        DumpedType[] types = ReadTypes();
        (uint Address, string Name)[] roots = ReadRoots();
        (DumpedObject[] objects, int[] first, uint[] references) = ReadObjects(types.Length);
        if (!Take(HeapDumpFormat.MagicBytes, "the end mark").SequenceEqual(HeapDumpFormat.EndMagic) || position != bytes.Length)
            throw Problem("the dump does not end with ByteVmHE where its objects end");
        return new HeapDump(types, Resolve(roots, objects), objects, first, Resolve(references, objects));
    }

    private DumpedType[] ReadTypes()
    {
        var types = new DumpedType[Count(2 * sizeof(uint), "types")];
        for (int i = 0; i < types.Length; i++)
        {
            uint kind = U32("the kind of a type");
            if (kind == 0 || kind >= Kinds.Length)
                throw Problem($"type {i} has kind {kind}, which does not exist");
            types[i] = new DumpedType(Kinds[kind], Name());
        }

        return types;
    }

    private (uint Address, string Name)[] ReadRoots()
    {
        var roots = new (uint, string)[Count(2 * sizeof(uint), "roots")];
        for (int i = 0; i < roots.Length; i++)
            roots[i] = (U32("a root"), Name());
        return roots;
    }

    private (DumpedObject[] Objects, int[] First, uint[] References) ReadObjects(int typeCount)
    {
        var objects = new DumpedObject[LongCount(HeapDumpFormat.ObjectRecordBytes, "objects")];
        var first = new int[objects.Length + 1];
        var references = new List<uint>();
        for (int i = 0; i < objects.Length; i++)
        {
            objects[i] = ReadObject(typeCount);
            if (i > 0 && objects[i].Address <= objects[i - 1].Address)
                throw Problem($"the object at 0x{objects[i].Address:X8} comes after the one at 0x{objects[i - 1].Address:X8}: objects must ascend");
            int count = Count(sizeof(uint), "references");
            for (int k = 0; k < count; k++)
                references.Add(U32("a reference"));
            first[i + 1] = references.Count;
        }

        return (objects, first, [.. references]);
    }

    private DumpedObject ReadObject(int typeCount)
    {
        uint address = U32("an object"), type = U32("an object"), size = U32("an object"), length = U32("an object");
        if (type >= typeCount)
            throw Problem($"the object at 0x{address:X8} has type {type} of {typeCount}");
        return new DumpedObject(address, (int)type, size, length);
    }

    private DumpedRoot[] Resolve((uint Address, string Name)[] roots, DumpedObject[] objects) =>
        [.. roots.Select(root => new DumpedRoot(NumberOf(root.Address, objects, root.Name), root.Name))];

    private int[] Resolve(uint[] references, DumpedObject[] objects) =>
        [.. references.Select(reference => NumberOf(reference, objects, "an object"))];

    private int NumberOf(uint address, DumpedObject[] objects, string holder)
    {
        int low = 0, high = objects.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (objects[middle].Address == address)
                return middle;
            if (objects[middle].Address < address)
                low = middle + 1;
            else
                high = middle - 1;
        }

        throw Problem($"{holder} refers to 0x{address:X8}, where no object is");
    }

    private string Name()
    {
        int start = position;
        uint length = U32("a name");
        if (length > HeapDumpFormat.MaxNameBytes)
            throw new HeapDumpException(start, $"a name of {length:N0} bytes is longer than {HeapDumpFormat.MaxNameBytes:N0}");
        try
        {
            return StrictUtf8.GetString(Take((int)length, "a name"));
        }
        catch (DecoderFallbackException)
        {
            throw new HeapDumpException(start, "a name is not UTF-8");
        }
    }

    private int Count(int bytesEach, string what) => CheckedCount(U32($"the number of {what}"), bytesEach, what);

    private int LongCount(int bytesEach, string what) =>
        CheckedCount(BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), $"the number of {what}")), bytesEach, what);

    private int CheckedCount(ulong count, int bytesEach, string what)
    {
        ulong most = (ulong)(bytes.Length - position) / (ulong)bytesEach;
        return count <= most ? (int)count : throw Problem($"{count:N0} {what} do not fit into the {bytes.Length - position:N0} bytes that are left");
    }

    private uint U32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (bytes.Length - position < count)
            throw Problem($"the dump ends within {what}");
        position += count;
        return bytes.AsSpan(position - count, count);
    }

    private HeapDumpException Problem(string problem) => new(position, problem);
}
