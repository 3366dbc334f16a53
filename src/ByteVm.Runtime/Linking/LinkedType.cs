namespace ByteVm.Runtime.Linking;

/// <summary>What a linked type is. The storage kinds occur in fields and array elements only.</summary>
internal enum LinkedTypeKind
{
    I32,
    I64,
    F32,
    F64,
    I8,
    U8,
    I16,
    U16,
    String,
    Object,
    Array,
    Class,
    Interface,
    Value,
    Function,
}

/// <summary>
/// A closed type of a program: no type variables. Interned, so two types are the same when their objects are. Safe to use from
/// any thread.
/// </summary>
internal sealed partial class LinkedType
{
    /// <summary>Index in the program's type list.</summary>
    public required int Index { get; init; }

    public required LinkedTypeKind Kind { get; init; }

    /// <summary>For messages: "geometry.Point", "i32[]", "std.List&lt;string&gt;".</summary>
    public required string Name { get; init; }

    /// <summary>Element type of an array, result of a function type (null when it returns nothing); null otherwise.</summary>
    public LinkedType? Element { get; init; }

    /// <summary>Type arguments of a class, interface or value class; parameter types of a function type.</summary>
    public IReadOnlyList<LinkedType> Arguments { get; init; } = [];

    public bool IsReference => Kind is LinkedTypeKind.String or LinkedTypeKind.Object or LinkedTypeKind.Array
        or LinkedTypeKind.Class or LinkedTypeKind.Interface or LinkedTypeKind.Function;

    /// <summary>Metadata offset of the published descriptor. Only strings, arrays and classes have one; it is made at the first request.</summary>
    public uint DescriptorOffset => throw new NotSupportedException();

    /// <summary>Whether a reference of this type may stand where <paramref name="target"/> is expected. Arrays are invariant.</summary>
    public bool IsAssignableTo(LinkedType target) => throw new NotSupportedException();
}
