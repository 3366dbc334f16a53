namespace ByteVm.Bytecode;

/// <summary>The classes of exceptions, which handlers and <c>throw</c> rely on.</summary>
internal sealed class ExceptionChecks(Module module, TypeSystem types, ErrorCollector errors)
{
    public void Check()
    {
        if (module.Exceptions is not { } classes)
            return;
        errors.At("exceptions", -1, "");
        if (CheckRoot(classes))
        {
            CheckFaults(classes);
            CheckTraceIsNotNamed(classes);
        }
    }

    private bool CheckRoot(ExceptionClasses classes)
    {
        TypeDefinition? root = ClassOf(classes.Root);
        bool valid = root is { Kind: TypeDefinitionKind.Class, TypeParameters.Count: 0 }
            && HasField(root, classes.MessageField, type => type == TypeRef.String)
            && HasField(root, classes.TraceField, type => types.ElementOf(type) == TypeRef.I64);
        if (!valid)
            errors.Add(VerifierRules.ExceptionRoot, "a class with fields string and i64[]", $"{Name(classes.Root)} with fields {classes.MessageField} and {classes.TraceField}");
        return valid;
    }

    private bool HasField(TypeDefinition definition, int field, Predicate<TypeRef> isRight) =>
        (uint)field < (uint)definition.Fields.Count && isRight(types.Canonical(definition.Fields[field].Type));

    private void CheckFaults(ExceptionClasses classes)
    {
        int previous = -1;
        foreach ((CatchableFault fault, TypeRef type) in classes.Faults)
        {
            if (!Enum.IsDefined(fault) || (int)fault <= previous)
                errors.Add(VerifierRules.FaultClass, $"a fault above {previous}", $"{(int)fault}");
            else if (ClassOf(type) is not { IsAbstract: false, TypeParameters.Count: 0 } || !IsException(classes, type))
                errors.Add(VerifierRules.FaultClass, $"a class that inherits {Name(classes.Root)} and is not abstract", Name(type));
            previous = (int)fault;
        }
    }

    private bool IsException(ExceptionClasses classes, TypeRef type) =>
        types.IsAssignable(types.Canonical(type), types.Canonical(classes.Root), TypeScope.Empty);

    private void CheckTraceIsNotNamed(ExceptionClasses classes)
    {
        for (int i = 0; i < module.FieldRefs.Count; i++)
        {
            FieldReference reference = module.FieldRefs[i];
            if (reference.Field == classes.TraceField && types.Canonical(reference.Type) == types.Canonical(classes.Root))
                errors.Add(VerifierRules.TraceField, "another field", $"field reference {i}");
        }
    }

    private TypeDefinition? ClassOf(TypeRef type) => types.IsInTable(type) ? types.DefinitionOf(types.Canonical(type)) : null;

    private string Name(TypeRef type) => types.IsInTable(type) ? types.Name(types.Canonical(type)) : $"type {type.Index}";
}
