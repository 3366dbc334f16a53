namespace ByteVm.Runtime.Linking;

/// <summary>A part of a stored value that one memory instruction moves; it takes one slot in a register.</summary>
/// <param name="Offset">Bytes from the start of the value.</param>
/// <param name="Type">A primitive, storage or reference type.</param>
internal readonly record struct StorageLeaf(int Offset, LinkedType Type);

/// <summary>
/// How a value of a type lies in a field, an array element or a global. A value class is flattened: leaf number k corresponds to
/// slot number k of a register of that type.
/// </summary>
internal sealed record StorageLayout(int Size, int Alignment, IReadOnlyList<StorageLeaf> Leaves)
{
    /// <summary>One leaf is all there is, so one instruction moves an array element of it.</summary>
    public bool IsSingle => Leaves.Count == 1 && Leaves[0].Type.Storage.Size == Size;
}

/// <summary>Where the own fields of a class or value class lie.</summary>
/// <param name="End">First byte after all fields, inherited ones included; not rounded.</param>
/// <param name="FieldOffsets">By index among the own fields: bytes from the start of object or value.</param>
/// <param name="ReferenceOffsets">Bytes from the start of the object to every reference, inherited ones included.</param>
internal sealed record FieldLayout(int End, int Alignment, IReadOnlyList<int> FieldOffsets, IReadOnlyList<int> ReferenceOffsets);
