namespace ByteVm.Memory;

/// <summary>Names that a heap does not know itself.</summary>
/// <param name="Type">Name of the type with this index in its descriptor.</param>
/// <param name="Global">Name of the global variable at a cage offset of the permanent area.</param>
public sealed record HeapDumpNames(Func<uint, string> Type, Func<uint, string> Global);
