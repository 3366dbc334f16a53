namespace ByteVm.Bytecode;

/// <summary>Checks a type where it is used: as the type of a register, field, element, argument or bound.</summary>
internal sealed class TypeUses(TypeSystem types, Report report)
{
    /// <summary>A type of something stored: storage types are allowed.</summary>
    public bool CheckStored(TypeRef type, TypeScope scope) => CheckPresent(type) && CheckInScope(type, scope);

    /// <summary>A type of something in a register.</summary>
    public bool CheckRegister(TypeRef type, TypeScope scope)
    {
        if (!CheckPresent(type))
            return false;
        if (type.IsStorage)
        {
            report(VerifierRules.StorageType, "a type of registers", TypeRef.PrimitiveNames[type.Index]);
            return false;
        }

        return CheckInScope(type, scope);
    }

    /// <summary>The result of a function: may be nothing.</summary>
    public bool CheckResult(TypeRef type, TypeScope scope) => type == TypeRef.None || CheckRegister(type, scope);

    /// <summary>The bounds of type parameters, which may refer to all of them.</summary>
    public void CheckBounds(IReadOnlyList<TypeParameter> parameters)
    {
        if (parameters.Count > FormatLimits.MaxTypeArguments)
        {
            report(VerifierRules.Limit, $"at most {FormatLimits.MaxTypeArguments} type parameters", $"{parameters.Count}");
            return;
        }

        if (!parameters.All(p => p.Bound == TypeRef.None || IsBound(p)))
            return;
        TypeScope scope = types.ScopeOf(parameters);
        foreach (TypeParameter parameter in parameters)
        {
            if (!parameter.Bound.IsNone)
                CheckInScope(parameter.Bound, scope);
        }
    }

    private bool IsBound(TypeParameter parameter)
    {
        if (!CheckPresent(parameter.Bound))
            return false;
        TypeRef bound = types.Canonical(parameter.Bound);
        bool holds = types.IsReference(bound, TypeScope.Empty) && types.Node(bound)?.Form != TypeForm.Variable;
        if (!holds)
            report(VerifierRules.BoundKind, "a reference type", types.Name(bound));
        return holds;
    }

    private bool CheckPresent(TypeRef type)
    {
        if (types.IsInTable(type))
            return true;
        if (type == TypeRef.None)
            report(VerifierRules.TypeMissing, "a type", "none");
        else
            report(VerifierRules.Index, $"a type below {TypeRef.PrimitiveCount + types.ModuleTypeCount}", $"type {type.Index}");
        return false;
    }

    private bool CheckInScope(TypeRef moduleType, TypeScope scope)
    {
        TypeRef type = types.Canonical(moduleType);
        if (types.Variables(type) > scope.Count)
        {
            report(VerifierRules.TypeVariable, $"a type variable below {scope.Count}", types.Name(type));
            return false;
        }

        if (types.UnmetBound(type, scope) is { } unmet)
        {
            report(VerifierRules.BoundUnmet, $"a type assignable to {types.Name(unmet.Bound)}", types.Name(unmet.Argument));
            return false;
        }

        return true;
    }
}
