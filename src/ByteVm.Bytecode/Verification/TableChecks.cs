using System.Text;

namespace ByteVm.Bytecode;

/// <summary>Counts and strings of every table.</summary>
internal sealed class TableChecks(Module module, ErrorCollector errors)
{
    public void Check()
    {
        CheckCounts();
        CheckName(module.Name);
        CheckName(module.Version);
        Each("string", module.Strings, text => CheckText(text, FormatLimits.MaxStringBytes));
        Each("type definition", module.TypeDefinitions, CheckDefinition);
        Each("global", module.Globals, global => CheckName(global.Name));
        Each("import", module.Imports, CheckImport);
        Each("export", module.Exports, export => CheckName(export.Name));
        Each("source file", module.SourceFiles, CheckName);
        Each("dependency", module.Dependencies, CheckDependency);
        Each("custom section", module.CustomSections, custom => CheckName(custom.Name));
        Each("function", module.Functions, CheckFunction);
    }

    private void CheckCounts()
    {
        errors.At("module", -1, module.Name);
        Span<int> counts =
        [
            module.Strings.Count, module.Types.Count, module.TypeDefinitions.Count, module.FieldRefs.Count, module.MethodRefs.Count,
            module.FunctionRefs.Count, module.Globals.Count, module.Imports.Count, module.Functions.Count, module.Exports.Count,
            module.Dependencies.Count, module.SourceFiles.Count,
        ];
        foreach (int count in counts)
            CheckCount(count, FormatLimits.MaxTableEntries, "entries of a table");
    }

    private void Each<T>(string table, IReadOnlyList<T> entries, Action<T> check)
    {
        for (int i = 0; i < entries.Count && !errors.IsFull; i++)
        {
            errors.At(table, i, "");
            check(entries[i]);
        }
    }

    private void CheckDefinition(TypeDefinition type)
    {
        CheckName(type.Name);
        CheckCount(type.Interfaces.Count, FormatLimits.MaxInterfaces, "interfaces");
        CheckCount(type.Fields.Count, FormatLimits.MaxFields, "fields");
        CheckCount(type.Methods.Count, FormatLimits.MaxMethods, "methods");
        foreach (TypeParameter parameter in type.TypeParameters)
            CheckName(parameter.Name);
        foreach (FieldDefinition field in type.Fields)
            CheckName(field.Name);
        foreach (MethodDefinition method in type.Methods)
        {
            CheckName(method.Name);
            CheckCount(method.Parameters.Count, FormatLimits.MaxParameters - 1, "parameters");
        }
    }

    private void CheckImport(Import import)
    {
        CheckName(import.Name);
        CheckName(import.Capability);
        CheckCount(import.Parameters.Count, FormatLimits.MaxParameters, "parameters");
    }

    private void CheckDependency(Dependency dependency)
    {
        CheckName(dependency.Name);
        CheckName(dependency.Version);
        CheckName(dependency.Hash);
    }

    private void CheckFunction(Function function)
    {
        CheckName(function.Name);
        CheckCount(function.Registers.Count, FormatLimits.MaxRegisters, "registers");
        CheckCount(function.ParameterCount, FormatLimits.MaxParameters, "parameters");
        CheckCount(function.Code.Count, FormatLimits.MaxInstructions, "instructions");
        CheckCount(function.Handlers.Count, FormatLimits.MaxHandlers, "handlers");
        CheckCount(function.Positions.Count, FormatLimits.MaxInstructions, "positions");
        CheckCount(function.LocalNames.Count, FormatLimits.MaxTableEntries, "local names");
        CheckCount(function.InlinedCalls.Count, FormatLimits.MaxTableEntries, "inlined calls");
        foreach (TypeParameter parameter in function.TypeParameters)
            CheckName(parameter.Name);
        foreach (LocalName local in function.LocalNames)
            CheckName(local.Name);
        foreach (InlinedCall call in function.InlinedCalls)
            CheckName(call.Callee);
    }

    private void CheckCount(int count, int limit, string what)
    {
        if (count > limit)
            errors.Add(VerifierRules.Limit, $"at most {limit} {what}", $"{count}");
    }

    private void CheckName(string name) => CheckText(name, FormatLimits.MaxNameBytes);

    private void CheckText(string text, int maxBytes)
    {
        if (!IsWellFormed(text))
            errors.Add(VerifierRules.Text, "well-formed Unicode", "half a surrogate pair");
        else if (text.Length > maxBytes / 3 && Encoding.UTF8.GetByteCount(text) is var bytes && bytes > maxBytes)
            errors.Add(VerifierRules.Text, $"at most {maxBytes} bytes", $"{bytes}");
    }

    private static bool IsWellFormed(string text)
    {
        int first = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        for (int i = first; i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
