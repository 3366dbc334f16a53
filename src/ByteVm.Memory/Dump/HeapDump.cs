namespace ByteVm.Memory;

/// <summary>A type of which objects are in a dump.</summary>
public readonly record struct DumpedType(string Kind, string Name);

/// <summary>A root: the object it refers to, by number, and what holds it.</summary>
public readonly record struct DumpedRoot(int Target, string Name);

/// <summary>An object: where it lay, its type's number, its bytes with header, and its elements or bytes of text.</summary>
public readonly record struct DumpedObject(uint Address, int Type, uint Bytes, uint Length);

/// <summary>
/// A heap as it was read from a file: objects by number in the order of their addresses. The references of object n are
/// References[FirstReference[n]] to References[FirstReference[n + 1] - 1], numbers of objects.
/// </summary>
public sealed record HeapDump(DumpedType[] Types, DumpedRoot[] Roots, DumpedObject[] Objects, int[] FirstReference, int[] References);
