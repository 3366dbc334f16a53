using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Places the own fields of a class after those of its superclass, or those of a value class from 0: largest alignment first, so
/// that no padding lies between own fields; equal ones in the order of declaration.
/// </summary>
internal static class FieldPlacement
{
    public static FieldLayout Place(LinkedType type)
    {
        FieldLayout start = Start(type);
        int end = start.End;
        int alignment = start.Alignment;
        int[] offsets = new int[type.FieldTypes.Count];
        var references = new List<int>(start.ReferenceOffsets);
        foreach (int field in Enumerable.Range(0, offsets.Length).OrderByDescending(f => type.FieldTypes[f].Storage.Alignment))
        {
            StorageLayout storage = type.FieldTypes[field].Storage;
            offsets[field] = TypeTable.RoundUp(end, storage.Alignment);
            end = checked(offsets[field] + storage.Size);
            alignment = Math.Max(alignment, storage.Alignment);
            references.AddRange(storage.Leaves.Where(leaf => leaf.Type.IsReference).Select(leaf => offsets[field] + leaf.Offset));
        }

        return new FieldLayout(end, alignment, offsets, references);
    }

    private static FieldLayout Start(LinkedType type)
    {
        if (type.Kind == LinkedTypeKind.Value)
            return new FieldLayout(0, 1, [], []);
        return type.Base?.Fields ?? new FieldLayout(ObjectLayout.HeaderBytes, 1, [], []);
    }
}
