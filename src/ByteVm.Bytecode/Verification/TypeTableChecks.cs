namespace ByteVm.Bytecode;

/// <summary>The entries of the type table, in order; each valid one is added to the type system.</summary>
internal sealed class TypeTableChecks(Module module, TypeSystem types, ErrorCollector errors)
{
    public void Check()
    {
        for (int i = 0; i < module.Types.Count && !errors.IsFull; i++)
        {
            errors.At("type", TypeRef.PrimitiveCount + i, "");
            // The entries after a wrong one may rest on it.
            if (!CheckEntry(module.Types[i], types, index => (uint)index < (uint)module.TypeDefinitions.Count, errors.Add))
                return;
        }
    }

    /// <summary>Checks the entry that comes next and adds it.</summary>
    internal static bool CheckEntry(TypeNode entry, TypeSystem types, Func<int, bool> isDefinition, Report report)
    {
        if (!HasShape(entry))
        {
            report(VerifierRules.TypeShape, "an array, named type, type variable, function type or optional", $"{entry.Form} with parts it does not have");
            return false;
        }

        if (!CheckParts(entry, types, report) || !CheckNumber(entry, types, isDefinition, report))
            return false;
        if (types.Add(entry))
            return true;
        report(VerifierRules.TypeDuplicate, "a new type", types.Name(types.Canonical(new TypeRef(TypeRef.PrimitiveCount + types.ModuleTypeCount - 1))));
        return false;
    }

    private static bool HasShape(TypeNode entry) => entry.Form switch
    {
        TypeForm.Array => entry is { Definition: 0, Arguments.Count: 0 },
        TypeForm.Named => entry is { Element.Index: -1 },
        TypeForm.Variable => entry is { Element.Index: -1, Arguments.Count: 0 },
        TypeForm.Function => entry is { Definition: 0 },
        TypeForm.Optional => entry is { Arguments.Count: 0 },
        _ => false,
    };

    private static bool CheckParts(TypeNode entry, TypeSystem types, Report report)
    {
        bool valid = entry.Form switch
        {
            TypeForm.Array => CheckPart(entry.Element, types, report, mayBeStorage: true),
            TypeForm.Optional => CheckPart(entry.Element, types, report) && CheckVariable(entry.Element, types, report),
            TypeForm.Function => entry.Element == TypeRef.None || CheckPart(entry.Element, types, report),
            _ => true,
        };
        foreach (TypeRef argument in entry.Arguments)
            valid = valid && CheckPart(argument, types, report, mayBeStorage: entry.Form == TypeForm.Named);
        return valid;
    }

    private static bool CheckPart(TypeRef part, TypeSystem types, Report report, bool mayBeStorage = false)
    {
        if (part == TypeRef.None)
            report(VerifierRules.TypeMissing, "a type", "none");
        else if (!types.IsInTable(part))
            report(VerifierRules.TypeOrder, $"a type below {TypeRef.PrimitiveCount + types.ModuleTypeCount}", $"type {part.Index}");
        else if (part.IsStorage && !mayBeStorage)
            report(VerifierRules.StorageType, "a type of registers", TypeRef.PrimitiveNames[part.Index]);
        else
            return true;
        return false;
    }

    private static bool CheckVariable(TypeRef part, TypeSystem types, Report report)
    {
        bool holds = types.IsVariable(types.Canonical(part));
        if (!holds)
            report(VerifierRules.TypeShape, "a type variable that may be nothing", types.Name(types.Canonical(part)));
        return holds;
    }

    private static bool CheckNumber(TypeNode entry, TypeSystem types, Func<int, bool> isDefinition, Report report)
    {
        if (entry.Form == TypeForm.Named)
            return CheckArity(entry, types, isDefinition, report);
        if (entry.Form == TypeForm.Optional)
            return CheckOptional(entry, isDefinition, report);
        bool isVariable = entry.Form == TypeForm.Variable;
        if (isVariable && (uint)entry.Definition >= FormatLimits.MaxTypeArguments)
            report(VerifierRules.Limit, $"a type variable below {FormatLimits.MaxTypeArguments}", $"{entry.Definition}");
        else if (entry.Arguments.Count > FormatLimits.MaxParameters)
            report(VerifierRules.Limit, $"at most {FormatLimits.MaxParameters} parameters", $"{entry.Arguments.Count}");
        else
            return true;
        return false;
    }

    private static bool CheckOptional(TypeNode entry, Func<int, bool> isDefinition, Report report)
    {
        bool holds = isDefinition(entry.Definition);
        if (!holds)
            report(VerifierRules.Index, "a type definition", $"{entry.Definition}");
        return holds;
    }

    private static bool CheckArity(TypeNode entry, TypeSystem types, Func<int, bool> isDefinition, Report report)
    {
        if (!isDefinition(entry.Definition))
        {
            report(VerifierRules.Index, "a type definition", $"{entry.Definition}");
            return false;
        }

        bool fits = types.Definition(entry.Definition) is not { } definition || definition.TypeParameters.Count == entry.Arguments.Count;
        if (!fits)
        {
            TypeDefinition named = types.Definition(entry.Definition)!;
            report(VerifierRules.TypeArity, $"{named.TypeParameters.Count} type arguments for {DisassemblyNames.Name(named.Name)}", $"{entry.Arguments.Count}");
        }

        return fits;
    }
}
