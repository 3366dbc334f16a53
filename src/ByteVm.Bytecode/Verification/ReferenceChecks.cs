namespace ByteVm.Bytecode;

/// <summary>References to fields, methods and functions; globals, imports, exports and the initializer.</summary>
internal sealed class ReferenceChecks(Module module, TypeSystem types, TypeUses uses, References references, ErrorCollector errors)
{
    public void Check()
    {
        Each("field reference", module.FieldRefs.Count, i => references.Field(i));
        Each("method reference", module.MethodRefs.Count, i => references.Method(i));
        Each("function reference", module.FunctionRefs.Count, i => references.Function(i));
        Each("global", module.Globals.Count, i => CheckGlobal(module.Globals[i]));
        Each("import", module.Imports.Count, i => CheckImport(module.Imports[i]));
        CheckExports();
        CheckInitializer();
    }

    private void Each(string table, int count, Action<int> check)
    {
        for (int i = 0; i < count && !errors.IsFull; i++)
        {
            errors.At(table, i, "");
            check(i);
        }
    }

    private void CheckGlobal(Global global)
    {
        if (types.IsInTable(global.Type) && types.Variables(types.Canonical(global.Type)) > 0)
            errors.Add(VerifierRules.GlobalType, "a type without type variables", types.Name(types.Canonical(global.Type)));
        else
            uses.CheckStored(global.Type, TypeScope.Empty);
    }

    private void CheckImport(Import import)
    {
        foreach (TypeRef parameter in import.Parameters)
            CheckCrossing(parameter);
        if (import.Result != TypeRef.None)
            CheckCrossing(import.Result);
    }

    private void CheckCrossing(TypeRef type)
    {
        if (!types.IsInTable(type) || !MayCross(types.Canonical(type)))
            errors.Add(VerifierRules.ImportSignature, "a type that can cross to the host", types.IsInTable(type) ? types.Name(types.Canonical(type)) : $"type {type.Index}");
    }

    private bool MayCross(TypeRef type)
    {
        TypeRef element = types.ElementOf(type);
        return element.IsNone ? type.IsPrimitive && !type.IsStorage : element.IsPrimitive && element != TypeRef.Object;
    }

    private void CheckExports()
    {
        var names = new HashSet<string>();
        Each("export", module.Exports.Count, i => CheckExport(module.Exports[i], names));
    }

    private void CheckExport(Export export, HashSet<string> names)
    {
        if ((uint)export.Function >= (uint)module.Functions.Count)
            errors.Add(VerifierRules.Index, $"a function below {module.Functions.Count}", $"function {export.Function}");
        else if (module.Functions[export.Function].TypeParameters.Count > 0)
            errors.Add(VerifierRules.Export, "a function that is not generic", $"{DisassemblyNames.Name(module.Functions[export.Function].Name)}");
        if (!names.Add(export.Name))
            errors.Add(VerifierRules.Export, "a name of its own", $"{DisassemblyNames.Name(export.Name)} again");
    }

    private void CheckInitializer()
    {
        errors.At("initializer", -1, "");
        if (module.Initializer == -1)
            return;
        if ((uint)module.Initializer >= (uint)module.Functions.Count)
        {
            errors.Add(VerifierRules.Index, $"a function below {module.Functions.Count}", $"function {module.Initializer}");
            return;
        }

        Function function = module.Functions[module.Initializer];
        if (function.ParameterCount != 0 || function.Result != TypeRef.None || function.TypeParameters.Count != 0)
            errors.Add(VerifierRules.Initializer, "a function that takes and returns nothing", $"{DisassemblyNames.Name(function.Name)}");
    }
}
