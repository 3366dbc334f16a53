namespace ByteVm.Bytecode;

/// <summary>A table whose entries get their numbers in the order of their appearance; equal entries share the first number.</summary>
internal sealed class AssemblyTable<T> where T : notnull
{
    private readonly Dictionary<T, int> numbers = [];

    public List<T> Entries { get; } = [];

    /// <summary>Adds an entry at the next number, whether or not there is an equal one.</summary>
    public void Append(T entry)
    {
        numbers.TryAdd(entry, Entries.Count);
        Entries.Add(entry);
    }

    public int NumberOf(T entry)
    {
        if (!numbers.TryGetValue(entry, out int number))
        {
            number = Entries.Count;
            Append(entry);
        }

        return number;
    }
}

/// <summary>Names of type definitions, functions, globals or imports: declared anywhere, found by name when it is the only one.</summary>
internal sealed class AssemblyNames(string what)
{
    private const int Several = -1;
    private readonly Dictionary<string, int> numbers = [];

    public int Count { get; private set; }

    public void Declare(string name)
    {
        if (!numbers.TryAdd(name, Count))
            numbers[name] = Several;
        Count++;
    }

    /// <summary>A name, or @ and a number.</summary>
    public int Read(TokenReader reader)
    {
        if (reader.Accept("@"))
            return reader.Integer($"the number of a {what}");
        int position = reader.Position;
        string name = reader.Name($"the name of a {what}");
        if (!numbers.TryGetValue(name, out int number))
            throw reader.Error($"there is no {what} '{name}'", position);
        return number != Several ? number : throw reader.Error($"there are several of the name '{name}'; write @ and the number of one", position);
    }
}

/// <summary>The tables of a module under assembly, and the syntax of what stands in them.</summary>
internal sealed class AssemblyTables(TokenReader reader)
{
    private int nesting;

    public AssemblyTable<TypeNode> Types { get; } = new();
    public AssemblyTable<string> Strings { get; } = new();
    public AssemblyTable<string> Files { get; } = new();
    public AssemblyTable<FieldReference> Fields { get; } = new();
    public AssemblyTable<MethodReference> Methods { get; } = new();
    public AssemblyTable<FunctionReference> Functions { get; } = new();
    public AssemblyNames DefinitionNames { get; } = new("type");
    public AssemblyNames FunctionNames { get; } = new("function");
    public AssemblyNames GlobalNames { get; } = new("global");
    public AssemblyNames ImportNames { get; } = new("import");
    public List<TypeDefinition> Definitions { get; } = [];

    /// <summary>A type, with any number of [] behind it.</summary>
    public TypeRef ReadType()
    {
        if (++nesting > 2 * FormatLimits.MaxTypeDepth)
            throw reader.Error("types are nested too deep here");
        TypeRef type = ReadInnerType(out TypeNode? node);
        nesting--;
        type = node is null ? type : Refer(node);
        while (AcceptBrackets())
            type = Refer(TypeNode.ArrayOf(type));
        return type;
    }

    /// <summary>The next entry of the type table: appended as it stands.</summary>
    public void ReadTypeEntry()
    {
        TypeRef type = ReadInnerType(out TypeNode? node);
        while (AcceptBrackets())
        {
            type = node is null ? type : Refer(node);
            node = TypeNode.ArrayOf(type);
        }

        Types.Append(node ?? throw reader.Error("expected an array, named type, type variable or function type, found a primitive or number"));
    }

    public IReadOnlyList<TypeRef> ReadTypeArguments() => reader.Current.Is("<") ? reader.List("<", ">", ReadType).ToArray() : [];

    /// <summary>": type", or nothing.</summary>
    public TypeRef ReadResult() => reader.Accept(":") ? ReadType() : TypeRef.None;

    public FieldReference ReadField()
    {
        TypeRef type = ReadType();
        reader.Expect("::");
        return new FieldReference(type, ReadMember(type, "field", d => d.Fields.Select(f => f.Name)));
    }

    public MethodReference ReadMethod()
    {
        TypeRef type = ReadType();
        reader.Expect("::");
        return new MethodReference(type, ReadMember(type, "method", d => d.Methods.Select(m => m.Name)));
    }

    public FunctionReference ReadFunction() => new(FunctionNames.Read(reader), ReadTypeArguments());

    private TypeRef Refer(TypeNode node) => new(TypeRef.PrimitiveCount + Types.NumberOf(node));

    private bool AcceptBrackets()
    {
        if (!reader.Current.Is("[") || !reader.Following.Is("]"))
            return false;
        reader.Position += 2;
        return true;
    }

    // Either a type that has a number already, or the node of one that may have none yet.
    private TypeRef ReadInnerType(out TypeNode? node)
    {
        node = null;
        if (reader.Accept("#"))
            return new TypeRef(reader.Integer("the number of a type"));
        if (reader.Current.Kind == TokenKind.Word && PrimitiveOf(reader.Current.Text) is { } primitive)
        {
            reader.Take();
            return primitive;
        }

        if (reader.Accept("$"))
            node = TypeNode.Variable(reader.Integer("the number of a type parameter"));
        else if (reader.Accept("optional"))
            node = TypeNode.Optional(DefinitionNames.Read(reader), ReadOnlyArgument());
        else if (reader.Accept("fn"))
            node = TypeNode.Function(reader.List("(", ")", ReadType).ToArray(), ReadResult());
        else
            node = TypeNode.Named(DefinitionNames.Read(reader), ReadTypeArguments());
        return TypeRef.None;
    }

    private TypeRef ReadOnlyArgument()
    {
        reader.Expect("<");
        TypeRef argument = ReadType();
        reader.Expect(">");
        return argument;
    }

    private static TypeRef? PrimitiveOf(string name)
    {
        int index = Array.IndexOf(TypeRef.PrimitiveNames, name);
        return index >= 0 ? new TypeRef(index) : name == "none" ? TypeRef.None : null;
    }

    private int ReadMember(TypeRef type, string what, Func<TypeDefinition, IEnumerable<string>> names)
    {
        if (reader.Accept("@"))
            return reader.Integer($"the number of a {what}");
        int position = reader.Position;
        string name = reader.Name($"the name of a {what}");
        List<int> found = DefinitionOf(type) is { } definition
            ? [.. names(definition).Index().Where(n => n.Item == name).Select(n => n.Index)]
            : [];
        return found.Count == 1 ? found[0] : throw reader.Error(
            found.Count == 0 ? $"the type has no {what} '{name}'" : $"there are several of the name '{name}'; write @ and the number of one", position);
    }

    private TypeDefinition? DefinitionOf(TypeRef type)
    {
        int entry = type.Index - TypeRef.PrimitiveCount;
        return (uint)entry < (uint)Types.Entries.Count && Types.Entries[entry] is { Form: TypeForm.Named } named
            && (uint)named.Definition < (uint)Definitions.Count
            ? Definitions[named.Definition]
            : null;
    }
}
