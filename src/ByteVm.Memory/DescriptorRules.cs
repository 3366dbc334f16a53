using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// What every published descriptor fulfils, so that the collector, which meets hostile headers but never hostile descriptors,
/// may rely on it: known kind, sizes within the limits of <see cref="ObjectLayout"/>, reference map inside the region, every mapped
/// reference aligned and inside the instance or element.
/// </summary>
internal static unsafe class DescriptorRules
{
    public static void Check(TypeDescriptor* descriptor, uint offset, uint regionEnd)
    {
        switch (descriptor->Kind)
        {
            case ObjectKind.Instance:
                Require(descriptor->Size is >= ObjectLayout.HeaderBytes and <= ObjectLayout.MaxInstanceBytes, offset, "instance size out of range");
                Require(descriptor->Size % ObjectLayout.Alignment == 0, offset, "instance size is not a multiple of the alignment");
                CheckReferenceMap(descriptor, offset, regionEnd, ObjectLayout.HeaderBytes);
                break;
            case ObjectKind.Array:
                Require(descriptor->Size <= ObjectLayout.MaxInstanceBytes, offset, "element size out of range");
                Require(descriptor->ReferenceCount == 0 || descriptor->Size % ObjectLayout.ReferenceBytes == 0, offset, "size of elements with references is not a multiple of 4");
                CheckReferenceMap(descriptor, offset, regionEnd, 0);
                break;
            case ObjectKind.String:
                Require(descriptor->Size == 1 && descriptor->ReferenceCount == 0, offset, "a string has size 1 and no references");
                break;
            default:
                Require(false, offset, $"kind {(uint)descriptor->Kind} does not exist");
                break;
        }
    }

    private static void CheckReferenceMap(TypeDescriptor* descriptor, uint offset, uint regionEnd, uint firstAllowed)
    {
        if (descriptor->ReferenceCount == 0)
            return;
        ulong mapStart = (ulong)offset + descriptor->ReferenceMapOffset;
        Require(mapStart % ObjectLayout.ReferenceBytes == 0, offset, "reference map is not aligned");
        Require(mapStart + (ulong)descriptor->ReferenceCount * sizeof(uint) <= regionEnd, offset, "reference map lies outside of the metadata region");

        uint* map = (uint*)((byte*)descriptor + descriptor->ReferenceMapOffset);
        for (uint i = 0; i < descriptor->ReferenceCount; i++)
        {
            bool inside = map[i] >= firstAllowed && (ulong)map[i] + ObjectLayout.ReferenceBytes <= descriptor->Size;
            Require(inside && map[i] % ObjectLayout.ReferenceBytes == 0, offset, $"reference map entry {i} is {map[i]}, not an aligned offset inside the {descriptor->Size} bytes");
        }
    }

    private static void Require(bool condition, uint offset, string what)
    {
        if (!condition)
            throw new ArgumentException($"type descriptor at metadata offset 0x{offset:X}: {what}");
    }
}
