using System.Text;

namespace ByteVm.Bytecode;

/// <summary>Type arguments that grow without end, or a module made to keep its verifier busy.</summary>
internal sealed class TypeLimitException(VerifierRule rule, string expected, string found) : Exception(found)
{
    public VerifierRule Rule { get; } = rule;
    public string Expected { get; } = expected;
    public string Found { get; } = found;
}

/// <summary>
/// The types of a module and what holds between them: substitution of type arguments, supertypes, assignability.
///
/// Types are hash-consed in a numbering of its own, so that equal types are equal numbers, also types that only substitution
/// makes and that the module's table lacks. Recursion is over the nesting of types alone, which is limited to
/// <see cref="FormatLimits.MaxTypeDepth"/>. Everything that is not proportional to the module's size is charged to one budget,
/// <see cref="FormatLimits.MaxTypeWork"/>: no module keeps the verifier longer than that.
/// </summary>
/// <param name="definition">
/// The definition of a number, or null when it is not known yet (a module under construction): then every relation that
/// depends on it is taken to hold.
/// </param>
internal sealed class TypeSystem(Func<int, TypeDefinition?> definition)
{
    private const int NameLengthLimit = 200;

    private static readonly IReadOnlyDictionary<int, TypeRef> noSupertypes = new Dictionary<int, TypeRef>();

    private readonly List<TypeNode> nodes = [];
    private readonly List<Shape> shapes = [];
    private readonly Dictionary<TypeNode, TypeRef> known = [];
    private readonly List<TypeRef> ofModule = [];
    private readonly Dictionary<int, IReadOnlyDictionary<int, TypeRef>> supertypes = [];
    private readonly Dictionary<(TypeRef From, TypeRef To), bool> inheritance = [];
    private readonly List<TypeScope?> wellFormedIn = [];
    private int work;

    /// <param name="Depth">Nesting: 0 for primitives.</param>
    /// <param name="Variables">One more than the highest type variable inside.</param>
    /// <param name="IsUndecided">An optional of a definition that is still to come is inside: only while a module is built.</param>
    private readonly record struct Shape(int Depth, int Variables, bool IsUndecided);

    public int ModuleTypeCount => ofModule.Count;

    /// <summary>Adds the next entry of the module's type table. Its parts are known to be valid.</summary>
    /// <returns>False when an equal entry is there already.</returns>
    public bool Add(TypeNode entry)
    {
        int before = nodes.Count;
        ofModule.Add(Intern(entry with { Element = Canonical(entry.Element), Arguments = Canonical(entry.Arguments) }));
        return nodes.Count > before;
    }

    public bool IsInTable(TypeRef moduleType) => moduleType.Index < TypeRef.PrimitiveCount + ofModule.Count && moduleType.Index >= 0;

    /// <summary>A type of the module in the numbering of the type system.</summary>
    public TypeRef Canonical(TypeRef moduleType) =>
        moduleType.Index < TypeRef.PrimitiveCount ? moduleType : ofModule[moduleType.Index - TypeRef.PrimitiveCount];

    public TypeRef[] Canonical(IReadOnlyList<TypeRef> moduleTypes)
    {
        if (moduleTypes.Count == 0)
            return [];
        var types = new TypeRef[moduleTypes.Count];
        for (int i = 0; i < types.Length; i++)
            types[i] = Canonical(moduleTypes[i]);
        return types;
    }

    public TypeNode? Node(TypeRef type) => type.Index >= TypeRef.PrimitiveCount ? nodes[type.Index - TypeRef.PrimitiveCount] : null;

    public TypeDefinition? Definition(int index) => definition(index);

    /// <summary>The definition of a class, interface or value class type; null for every other type.</summary>
    public TypeDefinition? DefinitionOf(TypeRef type) => Node(type) is { Form: TypeForm.Named } named ? definition(named.Definition) : null;

    public int Depth(TypeRef type) => ShapeOf(type).Depth;

    /// <summary>One more than the highest type variable in the type; 0 when it has none.</summary>
    public int Variables(TypeRef type) => ShapeOf(type).Variables;

    public bool IsArray(TypeRef type) => Node(type)?.Form == TypeForm.Array;

    /// <summary>The type of the elements as they are stored; None when the type is not an array.</summary>
    public TypeRef ElementOf(TypeRef type) => Node(type) is { Form: TypeForm.Array } array ? array.Element : TypeRef.None;

    public bool IsReference(TypeRef type, TypeScope scope) => Node(type) switch
    {
        null => type == TypeRef.String || type == TypeRef.Object,
        { Form: TypeForm.Variable } variable => !scope.Bound(variable.Definition).IsNone,
        { Form: TypeForm.Named } named => definition(named.Definition)?.Kind != TypeDefinitionKind.Value,
        { Form: TypeForm.Optional } => false,
        _ => true,
    };

    /// <summary>The scope inside a definition or function with these type parameters.</summary>
    public TypeScope ScopeOf(IReadOnlyList<TypeParameter> parameters) =>
        parameters.Count == 0 ? TypeScope.Empty : new TypeScope([.. parameters.Select(p => Canonical(p.Bound))]);

    /// <summary>The type of "this" inside the definition: its own type parameters as arguments.</summary>
    public TypeRef SelfType(int definitionIndex, int parameterCount)
    {
        var arguments = new TypeRef[parameterCount];
        for (int i = 0; i < parameterCount; i++)
            arguments[i] = Intern(TypeNode.Variable(i));
        return Intern(TypeNode.Named(definitionIndex, arguments));
    }

    public TypeRef Substitute(TypeRef type, IReadOnlyList<TypeRef> arguments)
    {
        if (Variables(type) == 0)
            return type;
        TypeNode node = Node(type)!;
        Charge(1 + node.Arguments.Count);
        if (node.Form == TypeForm.Variable)
            return node.Definition < arguments.Count ? arguments[node.Definition] : type;
        return node.Form == TypeForm.Optional
            ? OptionalOf(node.Definition, Substitute(node.Element, arguments))
            : Intern(node with { Element = Substitute(node.Element, arguments), Arguments = Substitute(node.Arguments, arguments) });
    }

    public TypeRef[] Substitute(IReadOnlyList<TypeRef> types, IReadOnlyList<TypeRef> arguments)
    {
        var results = new TypeRef[types.Count];
        for (int i = 0; i < results.Length; i++)
            results[i] = Substitute(types[i], arguments);
        return results;
    }

    /// <summary>Types of a signature with type arguments in place, as registers have them: an argument may be a storage type.</summary>
    public TypeRef[] SubstituteInRegisters(IReadOnlyList<TypeRef> moduleTypes, IReadOnlyList<TypeRef> arguments) =>
        Array.ConvertAll(Substitute(Canonical(moduleTypes), arguments), type => type.InRegister);

    public bool IsValue(TypeRef type) => DefinitionOf(type)?.Kind == TypeDefinitionKind.Value;

    /// <summary>Whether a box of the value class is one of the reference type.</summary>
    public bool IsBoxAssignable(TypeRef value, TypeRef to) => to == TypeRef.Object || InheritsAsReference(value, to);

    /// <summary>Whether a definition can stand for optional values: <c>value Optional&lt;T&gt; { field has: bool field value: $0 }</c>.</summary>
    public bool IsOptionalDefinition(int index) =>
        definition(index) is { Kind: TypeDefinitionKind.Value, TypeParameters: [{ Bound.IsNone: true }], Fields: [{ Type: var has }, { Type: var value }] }
        && has == TypeRef.Bool && IsInTable(value) && Node(Canonical(value)) is { Form: TypeForm.Variable, Definition: 0 };

    /// <summary>
    /// What an optional holds when it is something, as it is stored; None when the type is no optional. Of a definition that is not known yet
    /// the argument is taken to be it.
    /// </summary>
    public TypeRef InsideOptional(TypeRef type) => Node(type) switch
    {
        { Form: TypeForm.Optional } optional => optional.Element,
        { Form: TypeForm.Named, Arguments: [var inside] } named when definition(named.Definition) is null || IsOptionalDefinition(named.Definition) => inside,
        _ => TypeRef.None,
    };

    // The type that linking would give: a reference, or an optional, is its own optional.
    private TypeRef OptionalOf(int optional, TypeRef element) => Node(element) switch
    {
        { Form: TypeForm.Variable } => Intern(TypeNode.Optional(optional, element)),
        { Form: TypeForm.Optional } => element,
        { Form: TypeForm.Named } named when definition(named.Definition) is null => Intern(TypeNode.Optional(optional, element)),
        { Form: TypeForm.Named } named when named.Definition == optional => element,
        _ => IsReference(element, TypeScope.Empty) ? element : Intern(TypeNode.Named(optional, [element])),
    };

    public bool IsVariable(TypeRef type) => Node(type)?.Form == TypeForm.Variable;

    /// <summary>Whether a register of type <paramref name="to"/> may hold a value of type <paramref name="from"/>.</summary>
    public bool IsAssignable(TypeRef from, TypeRef to, TypeScope scope)
    {
        if (from == to || ShapeOf(from).IsUndecided || ShapeOf(to).IsUndecided)
            return true;
        if (to == TypeRef.Object)
            return IsReference(from, scope);
        TypeNode? source = Node(from);
        if (source?.Form == TypeForm.Variable)
        {
            TypeRef bound = scope.Bound(source.Definition);
            return !bound.IsNone && (bound == to || Inherits(bound, to));
        }

        return Inherits(from, to);
    }

    /// <summary>
    /// The supertypes of a definition by definition number, in terms of its own type parameters, itself left out; null when one of
    /// them is not known yet. Of a hierarchy without cycles only.
    /// </summary>
    public IReadOnlyDictionary<int, TypeRef>? SupertypesOf(int definitionIndex)
    {
        if (supertypes.TryGetValue(definitionIndex, out IReadOnlyDictionary<int, TypeRef>? found))
            return found;
        if (CollectSupertypes(definitionIndex, new HashSet<int>()) is not { } collected)
            return null;
        supertypes.Add(definitionIndex, collected);
        return collected;
    }

    /// <summary>Base and interfaces of a definition, in the module's order.</summary>
    public IEnumerable<TypeRef> DirectSupertypes(TypeDefinition type) =>
        (type.Base.IsNone ? type.Interfaces : type.Interfaces.Prepend(type.Base)).Select(Canonical);

    /// <summary>Forgets what was derived from definitions that have changed since.</summary>
    public void ForgetHierarchy()
    {
        supertypes.Clear();
        inheritance.Clear();
        for (int i = 0; i < wellFormedIn.Count; i++)
            wellFormedIn[i] = null;
    }

    /// <summary>
    /// Finds a type argument inside the type that does not meet the bound of its parameter.
    /// </summary>
    /// <returns>The argument and the bound it lacks, or null when all are met.</returns>
    public (TypeRef Argument, TypeRef Bound)? UnmetBound(TypeRef type, TypeScope scope)
    {
        if (Node(type) is not { } node || node.Form == TypeForm.Variable)
            return null;
        TypeScope key = Variables(type) == 0 ? TypeScope.Empty : scope;
        int index = type.Index - TypeRef.PrimitiveCount;
        if (wellFormedIn[index] == key)
            return null;
        Charge(1);
        foreach (TypeRef part in node.Arguments)
        {
            if (UnmetBound(part, scope) is { } inner)
                return inner;
        }

        if (UnmetBound(node.Element, scope) is { } element)
            return element;
        if (node.Form == TypeForm.Named && definition(node.Definition) is { } named
            && UnmetBound(node.Arguments, named.TypeParameters, scope) is { } own)
            return own;
        wellFormedIn[index] = key;
        return null;
    }

    public (TypeRef Argument, TypeRef Bound)? UnmetBound(IReadOnlyList<TypeRef> arguments, IReadOnlyList<TypeParameter> parameters, TypeScope scope)
    {
        for (int i = 0; i < Math.Min(arguments.Count, parameters.Count); i++)
        {
            if (parameters[i].Bound.IsNone)
                continue;
            TypeRef bound = Substitute(Canonical(parameters[i].Bound), arguments);
            if (!IsAssignable(arguments[i], bound, scope))
                return (arguments[i], bound);
        }

        return null;
    }

    /// <summary>The type as it is written in messages; cut when it is very long.</summary>
    public string Name(TypeRef type)
    {
        var text = new StringBuilder();
        AppendName(text, type);
        return text.Length > NameLengthLimit ? text.ToString(0, NameLengthLimit) + "..." : text.ToString();
    }

    public void Charge(int steps)
    {
        work += steps;
        if (work > FormatLimits.MaxTypeWork)
            throw new TypeLimitException(VerifierRules.TypeWork, $"at most {FormatLimits.MaxTypeWork} steps", "more");
    }

    private Shape ShapeOf(TypeRef type) => type.Index >= TypeRef.PrimitiveCount ? shapes[type.Index - TypeRef.PrimitiveCount] : default;

    private TypeRef Intern(TypeNode node)
    {
        if (known.TryGetValue(node, out TypeRef type))
            return type;
        Shape shape = ShapeOf(node);
        if (shape.Depth > FormatLimits.MaxTypeDepth)
            throw new TypeLimitException(VerifierRules.TypeDepth, $"at most {FormatLimits.MaxTypeDepth} levels", $"{shape.Depth}");
        type = new TypeRef(TypeRef.PrimitiveCount + nodes.Count);
        nodes.Add(node);
        shapes.Add(shape);
        wellFormedIn.Add(null);
        known.Add(node, type);
        return type;
    }

    private Shape ShapeOf(TypeNode node)
    {
        Shape element = ShapeOf(node.Element);
        int depth = element.Depth;
        bool isUndecided = element.IsUndecided || (node.Form == TypeForm.Optional && !IsVariable(node.Element));
        int variables = node.Form == TypeForm.Variable ? node.Definition + 1 : element.Variables;
        foreach (TypeRef argument in node.Arguments)
        {
            Shape shape = ShapeOf(argument);
            depth = Math.Max(depth, shape.Depth);
            variables = Math.Max(variables, shape.Variables);
            isUndecided |= shape.IsUndecided;
        }

        return new Shape(depth + 1, variables, isUndecided);
    }

    // Subclassing and implementing; from and to differ, and from is no type variable.
    private bool Inherits(TypeRef from, TypeRef to) => !IsValue(from) && InheritsAsReference(from, to);

    private bool InheritsAsReference(TypeRef from, TypeRef to)
    {
        if (Node(from) is not { Form: TypeForm.Named } source || Node(to) is not { Form: TypeForm.Named } target)
            return false;
        if (SupertypesOf(source.Definition) is not { } above)
            return true;
        if (!above.TryGetValue(target.Definition, out TypeRef template))
            return false;
        if (Variables(template) == 0)
            return template == to;
        if (!inheritance.TryGetValue((from, to), out bool inherits))
        {
            inherits = Substitute(template, source.Arguments) == to;
            inheritance.Add((from, to), inherits);
        }

        return inherits;
    }

    // Where a module is verified, the supertypes of all supertypes are there already and this never goes deeper; while one is
    // built they are collected on demand. "under" are the definitions being collected, so that a cycle ends as "not known".
    private IReadOnlyDictionary<int, TypeRef>? CollectSupertypes(int definitionIndex, HashSet<int> under)
    {
        if (supertypes.TryGetValue(definitionIndex, out IReadOnlyDictionary<int, TypeRef>? found))
            return found;
        if (definition(definitionIndex) is not { } type)
            return null;
        if (type.Base.IsNone && type.Interfaces.Count == 0)
            return noSupertypes;
        if (under.Count > FormatLimits.MaxClassDepth || !under.Add(definitionIndex))
            return null;
        var all = new Dictionary<int, TypeRef>();
        foreach (TypeRef super in DirectSupertypes(type))
        {
            if (Node(super) is not { Form: TypeForm.Named } node || CollectSupertypes(node.Definition, under) is not { } above)
                return null;
            AddSupertype(all, node.Definition, super);
            foreach ((int index, TypeRef template) in above)
                AddSupertype(all, index, Substitute(template, node.Arguments));
        }

        under.Remove(definitionIndex);
        return all;
    }

    private void AddSupertype(Dictionary<int, TypeRef> all, int index, TypeRef type)
    {
        Charge(1);
        if (!all.TryAdd(index, type) && all[index] != type)
            throw new TypeLimitException(VerifierRules.InterfaceTwice, Name(all[index]), Name(type));
        if (all.Count > FormatLimits.MaxSupertypes)
            throw new TypeLimitException(VerifierRules.HierarchySize, $"at most {FormatLimits.MaxSupertypes} supertypes", "more");
    }

    private void AppendName(StringBuilder text, TypeRef type)
    {
        if (text.Length > NameLengthLimit)
            return;
        switch (Node(type))
        {
            case null:
                text.Append(type.IsNone ? "nothing" : TypeRef.PrimitiveNames[type.Index]);
                break;
            case { Form: TypeForm.Array } array:
                AppendName(text, array.Element);
                text.Append("[]");
                break;
            case { Form: TypeForm.Variable } variable:
                text.Append($"${variable.Definition}");
                break;
            case { Form: TypeForm.Optional } optional:
                AppendName(text, optional.Element);
                text.Append('?');
                break;
            case { Form: TypeForm.Function } function:
                AppendList(text.Append("fn"), '(', function.Arguments, ')');
                AppendName(text.Append(": "), function.Element);
                break;
            case { } named:
                text.Append(definition(named.Definition) is { } definedType ? DisassemblyNames.Name(definedType.Name) : $"type {named.Definition}");
                if (named.Arguments.Count > 0)
                    AppendList(text, '<', named.Arguments, '>');
                break;
        }
    }

    private void AppendList(StringBuilder text, char open, IReadOnlyList<TypeRef> types, char close)
    {
        text.Append(open);
        for (int i = 0; i < types.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            AppendName(text, types[i]);
        }

        text.Append(close);
    }
}
