namespace ByteVm.Bytecode;

/// <summary>
/// Methods: their functions, what they override, and that classes implement what they promise.
///
/// A method is identified by name and parameter types. What a call executes is found so: the nearest class upward that declares
/// the method decides; when none does, the interfaces of the object's class do, and the declaration that no other interface of the
/// class overrides is taken.
/// </summary>
internal sealed class MemberChecks(Module module, TypeSystem types, TypeUses uses, ErrorCollector errors)
{
    private readonly Dictionary<TypeRef, Dictionary<MethodKey, int>> methodsOf = [];

    /// <summary>Name and parameter types, in the type system's numbering.</summary>
    private readonly struct MethodKey : IEquatable<MethodKey>
    {
        private readonly string name;
        private readonly TypeRef[] parameters;
        private readonly int hash;

        public MethodKey(string name, TypeRef[] parameters)
        {
            this.name = name;
            this.parameters = parameters;
            var code = new HashCode();
            code.Add(name);
            foreach (TypeRef parameter in parameters)
                code.Add(parameter.Index);
            hash = code.ToHashCode();
        }

        public bool Equals(MethodKey other) => hash == other.hash && name == other.name && parameters.AsSpan().SequenceEqual(other.parameters);

        public override bool Equals(object? obj) => obj is MethodKey other && Equals(other);

        public override int GetHashCode() => hash;
    }

    public void Check()
    {
        Each(CheckMethods);
        if (!errors.Any)
            Each(CheckOverrides);
        if (!errors.Any)
            Each(CheckImplemented);
    }

    private void Each(Action<int, TypeDefinition> check)
    {
        for (int i = 0; i < module.TypeDefinitions.Count && !errors.IsFull; i++)
        {
            errors.At("type definition", i, module.TypeDefinitions[i].Name);
            check(i, module.TypeDefinitions[i]);
        }
    }

    private void CheckMethods(int definition, TypeDefinition type)
    {
        if (type.Methods.Count == 0)
            return;
        TypeScope scope = types.ScopeOf(type.TypeParameters);
        TypeRef self = types.SelfType(definition, type.TypeParameters.Count);
        foreach (MethodDefinition method in type.Methods)
        {
            bool valid = uses.CheckResult(method.Result, scope);
            foreach (TypeRef parameter in method.Parameters)
                valid &= uses.CheckRegister(parameter, scope);
            if (!valid || errors.IsFull)
                return;
            CheckFunction(type, self, method);
        }

        if (MethodsOf(self).Count < type.Methods.Count)
            errors.Add(VerifierRules.MethodDuplicate, "methods with different names or parameter types", "two that have the same");
    }

    private void CheckFunction(TypeDefinition type, TypeRef self, MethodDefinition method)
    {
        if (method.Function == -1)
        {
            if (type.Kind != TypeDefinitionKind.Interface && !type.IsAbstract)
                errors.Add(VerifierRules.Unimplemented, "a function, or an abstract class", $"abstract method {DisassemblyNames.Name(method.Name)}");
            return;
        }

        if ((uint)method.Function >= (uint)module.Functions.Count)
            errors.Add(VerifierRules.Index, $"a function below {module.Functions.Count}", $"function {method.Function} of method {DisassemblyNames.Name(method.Name)}");
        else if (!Matches(module.Functions[method.Function], type, self, method))
            errors.Add(VerifierRules.MethodFunction, $"a function of {types.Name(self)} with the signature of {DisassemblyNames.Name(method.Name)}", $"function {method.Function} {DisassemblyNames.Name(module.Functions[method.Function].Name)}");
    }

    private bool Matches(Function function, TypeDefinition type, TypeRef self, MethodDefinition method)
    {
        if (function.ParameterCount != method.Parameters.Count + 1 || function.ParameterCount > function.Registers.Count
            || function.Result != method.Result || !function.TypeParameters.Select(p => p.Bound).SequenceEqual(type.TypeParameters.Select(p => p.Bound)))
            return false;
        return types.IsInTable(function.Registers[0]) && types.Canonical(function.Registers[0]) == self
            && function.Registers.Skip(1).Take(method.Parameters.Count).SequenceEqual(method.Parameters);
    }

    private void CheckOverrides(int definition, TypeDefinition type)
    {
        if (type.Methods.Count == 0)
            return;
        TypeRef self = types.SelfType(definition, type.TypeParameters.Count);
        foreach ((MethodKey key, int index) in MethodsOf(self))
        {
            foreach (TypeRef super in types.SupertypesOf(definition)!.Values)
                CheckOverride(type.Methods[index], key, super);
        }
    }

    private void CheckOverride(MethodDefinition method, MethodKey key, TypeRef super)
    {
        if (Find(super, key) is not { } inherited)
            return;
        TypeRef inheritedResult = ResultOf(inherited, super);
        if (types.Canonical(method.Result) != inheritedResult)
            errors.Add(VerifierRules.OverrideResult, $"{DisassemblyNames.Name(method.Name)}: {types.Name(inheritedResult)} as in {types.Name(super)}", types.Name(types.Canonical(method.Result)));
        if (inherited.IsFinal && types.DefinitionOf(super)!.Kind == TypeDefinitionKind.Class)
            errors.Add(VerifierRules.OverrideFinal, $"no method {DisassemblyNames.Name(method.Name)}, which is final in {types.Name(super)}", $"method {DisassemblyNames.Name(method.Name)}");
    }

    // What a base that is not abstract implements is implemented; only what is new since then can be missing.
    private void CheckImplemented(int definition, TypeDefinition type)
    {
        if (type.Kind == TypeDefinitionKind.Interface || type.IsAbstract)
            return;
        TypeRef self = types.SelfType(definition, type.TypeParameters.Count);
        List<TypeRef> classes = ClassesFrom(self);
        IReadOnlyDictionary<int, TypeRef> above = types.SupertypesOf(definition)!;
        IReadOnlyDictionary<int, TypeRef>? implemented = null;
        foreach (TypeRef superclass in classes.Skip(1))
        {
            if (!types.DefinitionOf(superclass)!.IsAbstract)
            {
                implemented = types.SupertypesOf(types.Node(superclass)!.Definition)!;
                break;
            }

            CheckImplements(classes, above, superclass);
        }

        foreach ((int index, TypeRef super) in above)
        {
            if (module.TypeDefinitions[index].Kind == TypeDefinitionKind.Interface && implemented?.ContainsKey(index) != true)
                CheckImplements(classes, above, super);
        }
    }

    private List<TypeRef> ClassesFrom(TypeRef type)
    {
        var classes = new List<TypeRef>();
        while (!type.IsNone)
        {
            classes.Add(type);
            TypeRef super = types.DefinitionOf(type)!.Base;
            type = super.IsNone ? super : types.Substitute(types.Canonical(super), types.Node(type)!.Arguments);
        }

        return classes;
    }

    private void CheckImplements(List<TypeRef> classes, IReadOnlyDictionary<int, TypeRef> above, TypeRef promised)
    {
        foreach ((MethodKey key, int index) in MethodsOf(promised))
        {
            if (errors.IsFull)
                return;
            MethodDefinition method = types.DefinitionOf(promised)!.Methods[index];
            CheckImplementation(classes, above, promised, method, key);
        }
    }

    private void CheckImplementation(
        List<TypeRef> classes, IReadOnlyDictionary<int, TypeRef> above, TypeRef promised, MethodDefinition method, MethodKey key)
    {
        string name = $"{types.Name(promised)}.{DisassemblyNames.Name(method.Name)}";
        foreach (TypeRef candidate in classes)
        {
            if (Find(candidate, key) is not { } found)
                continue;
            if (found.IsAbstract)
                errors.Add(VerifierRules.Unimplemented, $"an implementation of {name}", "none");
            else if (ResultOf(found, candidate) != ResultOf(method, promised))
                errors.Add(VerifierRules.OverrideResult, $"{name} with result {types.Name(ResultOf(method, promised))}", types.Name(ResultOf(found, candidate)));
            return;
        }

        CheckDefault(above, key, name);
    }

    private void CheckDefault(IReadOnlyDictionary<int, TypeRef> above, MethodKey key, string name)
    {
        List<(int Definition, MethodDefinition Method)> declared = [];
        foreach ((int index, TypeRef super) in above)
        {
            if (module.TypeDefinitions[index].Kind == TypeDefinitionKind.Interface && Find(super, key) is { } method)
                declared.Add((index, method));
        }

        List<(int Definition, MethodDefinition Method)> mostSpecific =
            [.. declared.Where(d => !declared.Any(other => IsBelow(other.Definition, d.Definition)))];
        if (mostSpecific.TrueForAll(d => d.Method.IsAbstract))
            errors.Add(VerifierRules.Unimplemented, $"an implementation of {name}", "none");
        else if (mostSpecific.Count > 1)
            errors.Add(VerifierRules.AmbiguousDefault, $"one implementation of {name}", string.Join(" and ", mostSpecific.Select(d => DisassemblyNames.Name(module.TypeDefinitions[d.Definition].Name))));
    }

    private bool IsBelow(int definition, int other)
    {
        types.Charge(1);
        return types.SupertypesOf(definition)!.ContainsKey(other);
    }

    private TypeRef ResultOf(MethodDefinition method, TypeRef owner) =>
        types.Substitute(types.Canonical(method.Result), types.Node(owner)!.Arguments).InRegister;

    private MethodDefinition? Find(TypeRef owner, MethodKey key)
    {
        types.Charge(1);
        return MethodsOf(owner).TryGetValue(key, out int index) ? types.DefinitionOf(owner)!.Methods[index] : null;
    }

    /// <summary>The own methods of a class or interface with its type arguments.</summary>
    private Dictionary<MethodKey, int> MethodsOf(TypeRef owner)
    {
        if (methodsOf.TryGetValue(owner, out Dictionary<MethodKey, int>? methods))
            return methods;
        IReadOnlyList<MethodDefinition> definitions = types.DefinitionOf(owner)!.Methods;
        IReadOnlyList<TypeRef> arguments = types.Node(owner)!.Arguments;
        methods = [];
        for (int i = 0; i < definitions.Count; i++)
        {
            types.Charge(1 + definitions[i].Parameters.Count);
            methods.TryAdd(new MethodKey(definitions[i].Name, types.SubstituteInRegisters(definitions[i].Parameters, arguments)), i);
        }

        methodsOf.Add(owner, methods);
        return methods;
    }
}
