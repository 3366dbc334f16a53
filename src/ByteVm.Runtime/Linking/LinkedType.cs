using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>What a linked type is; the first ten in the order of the primitive <see cref="TypeRef"/>s. The storage kinds occur in fields and array elements only.</summary>
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
    Bool,
    Char,
    Array,
    Class,
    Interface,
    Value,
    Function,
}

/// <summary>
/// A closed type of a program: no type variables. Interned, so two types are the same when their objects are. Layouts, method
/// tables and descriptors are made at the first request. Safe to use from any thread.
/// </summary>
internal sealed class LinkedType(TypeTable table)
{
    private StorageLayout? storage;
    private FieldLayout? fields;
    private SlotKind[]? slots;
    private LinkedType[]? fieldTypes;
    private MethodTable? methods;
    private HashSet<LinkedType>? supertypes;
    private uint descriptor;

    /// <summary>Index in the program's type list.</summary>
    public required int Index { get; init; }

    public required LinkedTypeKind Kind { get; init; }

    /// <summary>For messages: "geometry.Point", "i32[]", "std.List&lt;string&gt;".</summary>
    public required string Name { get; init; }

    /// <summary>Of a class, interface or value class; null otherwise.</summary>
    public TypeDefinition? Definition { get; init; }

    /// <summary>Element type of an array, result of a function type (null when it returns nothing); null otherwise.</summary>
    public LinkedType? Element { get; init; }

    /// <summary>Type arguments of a class, interface or value class; parameter types of a function type.</summary>
    public IReadOnlyList<LinkedType> Arguments { get; init; } = [];

    /// <summary>Nesting of constructed types: 0 for a type that has neither arguments nor an element.</summary>
    public int Depth { get; init; }

    public bool IsReference => Kind is LinkedTypeKind.String or LinkedTypeKind.Object or LinkedTypeKind.Array
        or LinkedTypeKind.Class or LinkedTypeKind.Interface or LinkedTypeKind.Function;

    /// <summary>The superclass of a class; null for a class without one and for everything else.</summary>
    public LinkedType? Base => Definition is { Base.IsNone: false } definition ? table.Resolve(definition.Base, Arguments) : null;

    /// <summary>Number of superclasses above this class.</summary>
    public int ClassDepth => Base is { } superclass ? superclass.ClassDepth + 1 : 0;

    public IEnumerable<LinkedType> DeclaredInterfaces => Definition is null ? [] : Definition.Interfaces.Select(i => table.Resolve(i, Arguments));

    /// <summary>How a value of this type is stored. References and primitives have one leaf.</summary>
    public StorageLayout Storage => storage ??= table.LayOutStorage(this);

    /// <summary>The slots of a register of this type.</summary>
    public IReadOnlyList<SlotKind> Slots => slots ??= [.. Storage.Leaves.Select(leaf => SlotKindOf(leaf.Type))];

    /// <summary>Of a class or value class: its own fields.</summary>
    public FieldLayout Fields => fields ??= table.LayOutFields(this);

    /// <summary>Types of the own fields of a class or value class, as declared.</summary>
    public IReadOnlyList<LinkedType> FieldTypes => fieldTypes ??= [.. Definition!.Fields.Select(f => table.Resolve(f.Type, Arguments))];

    /// <summary>Of a class: inherited and own virtual methods. Of an interface: its own methods.</summary>
    public MethodTable Methods => methods ??= MethodTable.Make(this, table);

    /// <summary>Metadata offset of the published descriptor. Only strings, arrays and classes have one; it is made at the first request.</summary>
    /// <exception cref="LinkException">The type cannot be laid out.</exception>
    public uint DescriptorOffset => descriptor != 0 ? descriptor : descriptor = table.MakeDescriptor(this);

    /// <summary>All superclasses and interfaces, this type included.</summary>
    public IReadOnlySet<LinkedType> Supertypes => supertypes ??= CollectSupertypes();

    /// <summary>Whether a reference of this type may stand where <paramref name="target"/> is expected. Arrays are invariant.</summary>
    public bool IsAssignableTo(LinkedType target) =>
        this == target || (target.Kind == LinkedTypeKind.Object ? IsReference : Definition is not null && Supertypes.Contains(target));

    public override string ToString() => Name;

    private HashSet<LinkedType> CollectSupertypes()
    {
        var all = new HashSet<LinkedType>();
        var pending = new Stack<LinkedType>([this]);
        while (pending.TryPop(out LinkedType? type))
        {
            if (!all.Add(type))
                continue;
            if (type.Base is { } superclass)
                pending.Push(superclass);
            foreach (LinkedType @interface in type.DeclaredInterfaces)
                pending.Push(@interface);
        }

        return all;
    }

    private static SlotKind SlotKindOf(LinkedType leaf) => leaf.Kind switch
    {
        LinkedTypeKind.I64 => SlotKind.I64,
        LinkedTypeKind.F32 => SlotKind.F32,
        LinkedTypeKind.F64 => SlotKind.F64,
        _ => leaf.IsReference ? SlotKind.Reference : SlotKind.I32,
    };
}
