using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>What is particular to extensions, operators and properties.</summary>
internal sealed partial class HeaderBinder
{
    /// <summary>What an extension's first parameter is called; no other name can be it.</summary>
    public const string ExtendedName = "this";

    private LocalSymbol Extended(TypeSyntax syntax) => new(ExtendedName, syntax.Span, types.ResolveValue(syntax), isMutable: false, isParameter: true);

    /// <summary>How many operands an operator has and what it gives is fixed where the language relies on it.</summary>
    private void CheckOperator(FunctionSymbol function)
    {
        int operands = function.Parameters.Length - (function.IsExtension ? 1 : 0);
        (int Operands, bool Gives, string Form) rule = function.Name switch
        {
            "unary -" or "unary !" => (0, !function.ReturnType.IsVoid, $"operator fn {function.Name[^1]}(): T"),
            "==" => (1, function.ReturnType == BuiltInType.Bool, "operator fn ==(other: T): bool"),
            "in" => (1, function.ReturnType == BuiltInType.Bool, "operator fn in(element: T): bool"),
            "<=>" => (1, function.ReturnType == BuiltInType.Int, "operator fn <=>(other: T): int"),
            "[]" => (1, !function.ReturnType.IsVoid, "operator fn [](index: K): V"),
            "[]=" => (2, function.ReturnType.IsVoid, "operator fn []=(index: K, value: V)"),
            "()" => (operands, true, ""),
            _ => (1, !function.ReturnType.IsVoid, $"operator fn {function.Name}(other: T): R"),
        };
        if ((operands != rule.Operands || !rule.Gives) && !function.ReturnType.IsError)
            diagnostics.Report(module.Source, function.NameSpan, DiagnosticCatalog.OperatorSignature, function.Name, rule.Form);
        if (function.Name is "[]" or "[]=" && function.TypeParameters.FirstOrDefault(p => !IsExtendedBy(function, p)) is { } free)
            diagnostics.Report(module.Source, free.Syntax.Name.Span, DiagnosticCatalog.OperatorTypeParameter, free.Name, function.Name);
    }

    /// <summary>Whether a type parameter of an extension is found from what it is applied to.</summary>
    private static bool IsExtendedBy(FunctionSymbol function, TypeParameterSymbol parameter)
    {
        if (!function.IsExtension)
            return false;
        var inference = new TypeInference([parameter], TypeMap.Empty);
        inference.Unify(function.Parameters[0].Type, function.Parameters[0].Type);
        return inference.Missing is null;
    }

    /// <summary>Both sides of a property have one type.</summary>
    private void CheckProperty(PropertySymbol property)
    {
        if (property.Class!.Members.GetValueOrDefault(PropertySymbol.GetterName(property.Name)) is not FunctionSymbol getter
            || property.Class.Members.GetValueOrDefault(PropertySymbol.SetterName(property.Name)) is not FunctionSymbol { Parameters: [var value] } setter)
            return;
        if (getter.ReturnType != value.Type && !getter.ReturnType.IsError && !value.Type.IsError)
            diagnostics.Report(module.Source, setter.NameSpan, DiagnosticCatalog.PropertyTypes, property.Name, getter.ReturnType, value.Type);
    }
}
