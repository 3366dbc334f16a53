namespace ByteVm.Bytecode;

/// <summary>A field as an instruction sees it: type arguments substituted.</summary>
internal sealed record ResolvedField(TypeRef Owner, TypeRef Type, bool IsOfValue);

/// <summary>What a call needs to know of its target. For a method the receiver is the first parameter.</summary>
internal sealed record ResolvedCall(TypeRef[] Parameters, TypeRef Result, bool IsOfInterface = false);

/// <summary>
/// Resolves entries of the reference tables, once each. Null means that the reference is wrong and was reported, or that what it
/// names is not known yet.
/// </summary>
internal sealed class References(IModuleTables tables, TypeSystem types, Report report)
{
    private readonly List<ResolvedField?> fields = [];
    private readonly List<ResolvedCall?> methods = [];
    private readonly List<ResolvedCall?> functions = [];
    private readonly List<ResolvedCall?> imports = [];

    public ResolvedField? Field(int index) => Resolve(fields, index, ResolveField);

    public ResolvedCall? Method(int index) => Resolve(methods, index, ResolveMethod);

    public ResolvedCall? Function(int index) => Resolve(functions, index, ResolveFunction);

    public ResolvedCall Import(int index) => Resolve(imports, index, ResolveImport)!;

    // An unknown entry is asked for again: it may be known the next time.
    private static T? Resolve<T>(List<T?> known, int index, Func<int, T?> resolve) where T : class
    {
        while (known.Count <= index)
            known.Add(null);
        return known[index] ??= resolve(index);
    }

    private ResolvedField? ResolveField(int index)
    {
        FieldReference reference = tables.FieldRefs[index];
        if (NamedType(reference.Type) is not { } owner || types.DefinitionOf(owner) is not { } definition)
            return Wrong<ResolvedField>(reference.Type, VerifierRules.FieldReference, "a class or value class");
        if ((uint)reference.Field >= (uint)definition.Fields.Count)
        {
            report(VerifierRules.FieldReference, $"a field of {DisassemblyNames.Name(definition.Name)}, which has {definition.Fields.Count}", $"field {reference.Field}");
            return null;
        }

        TypeRef type = types.Substitute(types.Canonical(definition.Fields[reference.Field].Type), types.Node(owner)!.Arguments);
        return new ResolvedField(owner, type.InRegister, definition.Kind == TypeDefinitionKind.Value);
    }

    private ResolvedCall? ResolveMethod(int index)
    {
        MethodReference reference = tables.MethodRefs[index];
        if (NamedType(reference.Type) is not { } owner || types.DefinitionOf(owner) is not { } definition)
            return Wrong<ResolvedCall>(reference.Type, VerifierRules.MethodReference, "a class or interface");
        if (definition.Kind == TypeDefinitionKind.Value)
        {
            report(VerifierRules.MethodReference, "a class or interface", types.Name(owner));
            return null;
        }

        if ((uint)reference.Method >= (uint)definition.Methods.Count)
        {
            report(VerifierRules.MethodReference, $"a method of {DisassemblyNames.Name(definition.Name)}, which has {definition.Methods.Count}", $"method {reference.Method}");
            return null;
        }

        MethodDefinition method = definition.Methods[reference.Method];
        IReadOnlyList<TypeRef> arguments = types.Node(owner)!.Arguments;
        return new ResolvedCall(
            [owner, .. types.SubstituteInRegisters(method.Parameters, arguments)],
            types.Substitute(types.Canonical(method.Result), arguments).InRegister,
            definition.Kind == TypeDefinitionKind.Interface);
    }

    private ResolvedCall? ResolveFunction(int index)
    {
        FunctionReference reference = tables.FunctionRefs[index];
        if ((uint)reference.Function >= (uint)tables.FunctionCount)
        {
            report(VerifierRules.FunctionReference, $"one of {tables.FunctionCount} functions", $"function {reference.Function}");
            return null;
        }

        if (tables.Signature(reference.Function) is not { } target)
            return null;
        if (reference.TypeArguments.Count != target.TypeParameters.Count || !reference.TypeArguments.All(types.IsInTable))
        {
            report(VerifierRules.FunctionReference, $"{target.TypeParameters.Count} type arguments", Describe(reference.TypeArguments));
            return null;
        }

        TypeRef[] arguments = types.Canonical(reference.TypeArguments);
        return new ResolvedCall(
            types.SubstituteInRegisters(target.Parameters, arguments), types.Substitute(types.Canonical(target.Result), arguments).InRegister);
    }

    private ResolvedCall ResolveImport(int index) =>
        new(types.Canonical(tables.Imports[index].Parameters), types.Canonical(tables.Imports[index].Result));

    private string Describe(IReadOnlyList<TypeRef> arguments) =>
        $"{arguments.Count}: {string.Join(", ", arguments.Select(a => types.IsInTable(a) ? types.Name(types.Canonical(a)) : $"type {a.Index}"))}";

    private TypeRef? NamedType(TypeRef type) =>
        types.IsInTable(type) && types.Node(types.Canonical(type))?.Form == TypeForm.Named ? types.Canonical(type) : null;

    private T? Wrong<T>(TypeRef type, VerifierRule rule, string expected) where T : class
    {
        if (NamedType(type) is null)
            report(rule, expected, types.IsInTable(type) ? types.Name(types.Canonical(type)) : $"type {type.Index}");
        return null;
    }
}
