namespace ByteVm.Bytecode;

/// <summary>What type definitions are made of: kinds, bases, interfaces, bounds; no cycles and no excess.</summary>
internal sealed class HierarchyChecks(Module module, TypeSystem types, TypeUses uses, ErrorCollector errors)
{
    public void Check()
    {
        CheckOptionals();
        Each(CheckParents);
        if (errors.Any || !CheckOrder())
            return;
        Each(CheckTypes);
        if (!errors.Any)
            CheckValues();
    }

    private void Each(Action<TypeDefinition> check)
    {
        for (int i = 0; i < module.TypeDefinitions.Count && !errors.IsFull; i++)
        {
            At(i);
            check(module.TypeDefinitions[i]);
        }
    }

    private void CheckOptionals()
    {
        for (int i = 0; i < module.Types.Count; i++)
        {
            if (module.Types[i] is not { Form: TypeForm.Optional, Definition: var definition } || types.IsOptionalDefinition(definition))
                continue;
            errors.At("type", TypeRef.PrimitiveCount + i, "");
            errors.Add(VerifierRules.OptionalDefinition, "a value class of one type parameter with the fields bool and $0", DisassemblyNames.Name(module.TypeDefinitions[definition].Name));
        }
    }

    private void At(int definition) => errors.At("type definition", definition, module.TypeDefinitions[definition].Name);

    private void CheckParents(TypeDefinition type)
    {
        CheckShape(type);
        if (!type.Base.IsNone && ParentKind(type.Base) is not { Kind: TypeDefinitionKind.Class, IsFinal: false })
            errors.Add(VerifierRules.BaseClass, "a class that is not final", Describe(type.Base));
        foreach (TypeRef parent in type.Interfaces)
        {
            if (ParentKind(parent) is not { Kind: TypeDefinitionKind.Interface })
                errors.Add(VerifierRules.InterfaceList, "an interface", Describe(parent));
        }
    }

    private void CheckShape(TypeDefinition type)
    {
        string? excess = type switch
        {
            { Base.Index: < -1 } => $"type {type.Base.Index} as base",
            { IsAbstract: true, IsFinal: true } => "a type both abstract and final",
            { Kind: TypeDefinitionKind.Class } => null,
            { Kind: TypeDefinitionKind.Interface } => ExcessOfInterface(type),
            { Kind: TypeDefinitionKind.Value } => ExcessOfValue(type),
            _ => $"kind {(int)type.Kind}",
        };
        if (excess is not null)
            errors.Add(VerifierRules.DefinitionShape, $"a definition of kind {type.Kind}", excess);
    }

    private static string? ExcessOfInterface(TypeDefinition type) =>
        !type.Base.IsNone ? "an interface with a base class" :
        type.Fields.Count > 0 ? "an interface with fields" :
        type.IsFinal ? "a final interface" : null;

    private static string? ExcessOfValue(TypeDefinition type) =>
        !type.Base.IsNone ? "a value class with a base class" :
        type.IsAbstract ? "an abstract value class" :
        type.Fields.Any(f => f.IsMutable) ? "a value class with a mutable field" : null;

    private TypeDefinition? ParentKind(TypeRef type) => types.IsInTable(type) ? types.DefinitionOf(types.Canonical(type)) : null;

    private string Describe(TypeRef type) => types.IsInTable(type) ? types.Name(types.Canonical(type)) : $"type {type.Index}";

    // Supertypes first: then each definition's supertypes are collected from complete ones.
    private bool CheckOrder()
    {
        int cyclic = TopologicalOrder.Find(module.TypeDefinitions.Count, Parents, out List<int> order);
        if (cyclic >= 0)
        {
            At(cyclic);
            errors.Add(VerifierRules.HierarchyCycle, "supertypes other than itself", DisassemblyNames.Name(module.TypeDefinitions[cyclic].Name));
            return false;
        }

        int[] depths = new int[module.TypeDefinitions.Count];
        foreach (int definition in order)
        {
            At(definition);
            depths[definition] = Parents(definition).Select(parent => depths[parent] + 1).DefaultIfEmpty(0).Max();
            if (depths[definition] > FormatLimits.MaxClassDepth)
            {
                errors.Add(VerifierRules.HierarchySize, $"at most {FormatLimits.MaxClassDepth} levels", $"{depths[definition]}");
                return false;
            }

            types.SupertypesOf(definition);
        }

        return true;
    }

    private IEnumerable<int> Parents(int definition) =>
        types.DirectSupertypes(module.TypeDefinitions[definition]).Select(parent => types.Node(parent)!.Definition);

    private void CheckTypes(TypeDefinition type)
    {
        uses.CheckBounds(type.TypeParameters);
        if (errors.Any)
            return;
        TypeScope scope = types.ScopeOf(type.TypeParameters);
        if (!type.Base.IsNone)
            uses.CheckRegister(type.Base, scope);
        foreach (TypeRef parent in type.Interfaces)
            uses.CheckRegister(parent, scope);
        foreach (FieldDefinition field in type.Fields)
            uses.CheckStored(field.Type, scope);
    }

    // From a value class to the value classes its fields are made of. Type arguments count as contained: it is decided without
    // looking how the other class uses its parameters.
    private void CheckValues()
    {
        int cyclic = TopologicalOrder.Find(module.TypeDefinitions.Count, ValuesIn, out List<int> order);
        if (cyclic >= 0)
        {
            At(cyclic);
            errors.Add(VerifierRules.ValueCycle, "other value classes in its fields", DisassemblyNames.Name(module.TypeDefinitions[cyclic].Name));
            return;
        }

        int[] depths = new int[module.TypeDefinitions.Count];
        foreach (int definition in order)
        {
            depths[definition] = ValuesIn(definition).Select(inner => depths[inner] + 1).DefaultIfEmpty(0).Max();
            if (depths[definition] <= FormatLimits.MaxValueDepth)
                continue;
            At(definition);
            errors.Add(VerifierRules.ValueCycle, $"at most {FormatLimits.MaxValueDepth} value classes within each other", $"{depths[definition]}");
            return;
        }
    }

    private IEnumerable<int> ValuesIn(int definition)
    {
        TypeDefinition type = module.TypeDefinitions[definition];
        return type.Kind == TypeDefinitionKind.Value ? type.Fields.SelectMany(f => ValuesOf(types.Canonical(f.Type))) : [];
    }

    private IEnumerable<int> ValuesOf(TypeRef type)
    {
        types.Charge(1);
        if (types.DefinitionOf(type) is not { Kind: TypeDefinitionKind.Value })
            return [];
        TypeNode node = types.Node(type)!;
        return node.Arguments.SelectMany(ValuesOf).Prepend(node.Definition);
    }
}
