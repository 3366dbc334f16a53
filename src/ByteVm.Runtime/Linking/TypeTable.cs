using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// The closed types of a program, interned. Everything that creates or lays out takes the program's lock; what exists is read
/// without it.
/// </summary>
internal sealed class TypeTable
{
    /// <summary>Deepest nesting of closed types. Polymorphic recursion (f&lt;T&gt; calling f&lt;T[]&gt;) ends here.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most slots a value class may take when flattened.</summary>
    public const int MaxValueSlots = 256;

    public const int MaxNameLength = 256;

    private readonly Program program;
    private readonly Module module;
    private readonly Dictionary<ClosedKey, LinkedType> interned = [];
    private readonly LinkedType?[] closedNodes;
    private readonly GrowingList<LinkedType> types = new();
    private readonly HashSet<LinkedType> beingLaidOut = [];
    private readonly SelectorTable selectors = new();

    public TypeTable(Program program)
    {
        this.program = program;
        module = program.Module;
        closedNodes = new LinkedType?[module.Types.Count];
        for (int i = 0; i < TypeRef.PrimitiveCount; i++)
            Add((LinkedTypeKind)i, TypeRef.PrimitiveNames[i], null, null, []);
    }

    public LinkedType String => types[(int)LinkedTypeKind.String];

    public LinkedType At(int index) => types[index];

    /// <summary>The type a register has that holds a value stored as this one: small integers are i32.</summary>
    public LinkedType InRegister(LinkedType type) =>
        type.Index < TypeRef.PrimitiveCount ? types[new TypeRef(type.Index).InRegister.Index] : type;

    public LinkedType ArrayOf(LinkedType element) => Intern(LinkedTypeKind.Array, -1, element, []);

    /// <param name="arguments">What the type variables stand for.</param>
    /// <exception cref="LinkException">The type nests too deep.</exception>
    public LinkedType Resolve(TypeRef type, IReadOnlyList<LinkedType> arguments)
    {
        if (type.IsPrimitive)
            return types[type.Index];
        int index = type.Index - TypeRef.PrimitiveCount;
        if (closedNodes[index] is { } known)
            return known;
        TypeNode node = module.Types[index];
        LinkedType resolved = ResolveNode(node, arguments);
        if (IsClosed(node))
            closedNodes[index] = resolved;
        return resolved;
    }

    public LinkedType? ResolveOrNone(TypeRef type, IReadOnlyList<LinkedType> arguments) => type.IsNone ? null : Resolve(type, arguments);

    public LinkedType[] ResolveAll(IReadOnlyList<TypeRef> list, IReadOnlyList<LinkedType> arguments)
    {
        var resolved = new LinkedType[list.Count];
        for (int i = 0; i < resolved.Length; i++)
            resolved[i] = Resolve(list[i], arguments);
        return resolved;
    }

    /// <summary>The number by which call.itable names a method of an interface.</summary>
    public int Selector(LinkedType type, int method)
    {
        lock (program.Gate)
        {
            return selectors.Of(type, method);
        }
    }

    public StorageLayout LayOutStorage(LinkedType type) => type.Kind switch
    {
        LinkedTypeKind.I8 or LinkedTypeKind.U8 or LinkedTypeKind.Bool => Single(type, 1),
        LinkedTypeKind.I16 or LinkedTypeKind.U16 => Single(type, 2),
        LinkedTypeKind.I32 or LinkedTypeKind.F32 or LinkedTypeKind.Char => Single(type, 4),
        LinkedTypeKind.I64 or LinkedTypeKind.F64 => Single(type, 8),
        LinkedTypeKind.Value => Flatten(type),
        _ => Single(type, ObjectLayout.ReferenceBytes),
    };

    public FieldLayout LayOutFields(LinkedType type)
    {
        lock (program.Gate)
        {
            if (!beingLaidOut.Add(type))
                throw new LinkException($"{module.Name}: value class '{type.Name}' contains itself");
            FieldLayout layout = FieldPlacement.Place(type);
            beingLaidOut.Remove(type);
            return layout.End <= ObjectLayout.MaxInstanceBytes
                ? layout
                : throw new LinkException($"{module.Name}: '{type.Name}' needs {layout.End:N0} bytes; one instance takes at most {ObjectLayout.MaxInstanceBytes:N0}");
        }
    }

    public uint MakeDescriptor(LinkedType type)
    {
        lock (program.Gate)
        {
            return new DescriptorWriter(program, type).Write();
        }
    }

    private LinkedType ResolveNode(TypeNode node, IReadOnlyList<LinkedType> arguments) => node.Form switch
    {
        TypeForm.Variable => arguments[node.Definition],
        TypeForm.Array => ArrayOf(Resolve(node.Element, arguments)),
        TypeForm.Optional => OptionalOf(node.Definition, Resolve(node.Element, arguments)),
        TypeForm.Function => Intern(LinkedTypeKind.Function, -1, ResolveOrNone(node.Element, arguments), ResolveAll(node.Arguments, arguments)),
        TypeForm.Named => Intern(KindOf(module.TypeDefinitions[node.Definition]), node.Definition, null, ResolveAll(node.Arguments, arguments)),
    };

    /// <summary>References have null; an optional is optional already; all else becomes a value with a flag.</summary>
    private LinkedType OptionalOf(int definition, LinkedType element) =>
        element.IsReference || element.Definition == module.TypeDefinitions[definition] ? element : Intern(LinkedTypeKind.Value, definition, null, [element]);

    private bool IsClosed(TypeNode node) => node.Form != TypeForm.Variable && IsClosed(node.Element) && node.Arguments.All(IsClosed);

    private bool IsClosed(TypeRef type) => type.IsNone || type.IsPrimitive || IsClosed(module.Types[type.Index - TypeRef.PrimitiveCount]);

    private LinkedType Intern(LinkedTypeKind kind, int definition, LinkedType? element, LinkedType[] arguments)
    {
        var key = new ClosedKey(kind, definition, element, arguments);
        lock (program.Gate)
        {
            if (!interned.TryGetValue(key, out LinkedType? type))
            {
                TypeDefinition? source = definition < 0 ? null : module.TypeDefinitions[definition];
                type = Add(kind, NameOf(kind, source, element, arguments), source, element, arguments);
                interned.Add(key, type);
            }

            return type;
        }
    }

    private LinkedType Add(LinkedTypeKind kind, string name, TypeDefinition? definition, LinkedType? element, LinkedType[] arguments)
    {
        int depth = arguments.Append(element).Max(type => type is null ? 0 : type.Depth + 1);
        if (depth > MaxDepth)
            throw new LinkException($"{module.Name}: type '{name}' nests deeper than {MaxDepth}; a generic function or type refers to ever larger versions of itself");
        var type = new LinkedType(this)
        {
            Index = types.Count,
            Kind = kind,
            Name = name,
            Definition = definition,
            Element = element,
            Arguments = arguments,
            Depth = depth,
        };
        types.Add(type);
        return type;
    }

    private static LinkedTypeKind KindOf(TypeDefinition definition) => definition.Kind switch
    {
        TypeDefinitionKind.Class => LinkedTypeKind.Class,
        TypeDefinitionKind.Interface => LinkedTypeKind.Interface,
        TypeDefinitionKind.Value => LinkedTypeKind.Value,
    };

    private static string NameOf(LinkedTypeKind kind, TypeDefinition? definition, LinkedType? element, LinkedType[] arguments) => kind switch
    {
        LinkedTypeKind.Array => Shorten(element!.Name + "[]"),
        LinkedTypeKind.Function => Shorten($"fn({string.Join(", ", arguments.Select(a => a.Name))}){(element is null ? "" : ": " + element.Name)}"),
        _ => WithArguments(definition!.Name, arguments),
    };

    /// <summary>A name with type arguments, shortened: types are shared, so their full names can grow exponentially.</summary>
    private static string WithArguments(string name, IReadOnlyList<LinkedType> arguments) =>
        arguments.Count == 0 ? name : Shorten($"{name}<{string.Join(", ", arguments.Select(a => a.Name))}>");

    private static string Shorten(string name) => name.Length <= MaxNameLength ? name : name[..MaxNameLength] + "…";

    private static StorageLayout Single(LinkedType type, int size) => new(size, size, [new StorageLeaf(0, type)]);

    private StorageLayout Flatten(LinkedType type)
    {
        FieldLayout fields = type.Fields;
        var leaves = new List<StorageLeaf>();
        for (int i = 0; i < type.FieldTypes.Count; i++)
        {
            leaves.AddRange(type.FieldTypes[i].Storage.Leaves.Select(leaf => leaf with { Offset = leaf.Offset + fields.FieldOffsets[i] }));
            if (leaves.Count > MaxValueSlots)
                throw new LinkException($"{module.Name}: value class '{type.Name}' takes more than {MaxValueSlots} slots");
        }

        // A value without parts takes a byte, so that each place has an address of its own.
        return new StorageLayout(Math.Max(RoundUp(fields.End, fields.Alignment), 1), fields.Alignment, leaves);
    }

    internal static int RoundUp(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
