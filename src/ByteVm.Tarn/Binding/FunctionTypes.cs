using System.Collections.Immutable;
using System.Globalization;
using ByteVm.Bytecode;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// The generic interfaces that function types are: FunctionN&lt;A1, …, R&gt; and, for those that give nothing, ActionN&lt;A1, …&gt;, each with one method
/// invoke. They belong to the prelude, but no source declares them: each is made when a program first mentions a type of its width.
/// </summary>
internal sealed class FunctionTypes(ModuleSymbol prelude)
{
    /// <summary>Parameters and result are type arguments of the interface.</summary>
    public const int MaximumParameters = FormatLimits.MaxTypeArguments - 1;

    private readonly Dictionary<(int Parameters, bool IsVoid), ClassSymbol> known = [];

    public ClassSymbol Find(int parameters, bool isVoid)
    {
        if (!known.TryGetValue((parameters, isVoid), out ClassSymbol? symbol))
            known.Add((parameters, isVoid), symbol = Make(parameters, isVoid));
        return symbol;
    }

    private ClassSymbol Make(int parameters, bool isVoid)
    {
        var names = Enumerable.Range(1, parameters).Select(i => string.Create(CultureInfo.InvariantCulture, $"A{i}"));
        ImmutableArray<TypeParameterSyntax> typeParameters = [.. (isVoid ? names : names.Append("R")).Select(n => new TypeParameterSyntax(default, Name(n), null))];
        Identifier name = Name(string.Create(CultureInfo.InvariantCulture, $"{(isVoid ? WellKnown.Action : WellKnown.Function)}{parameters}"));
        var symbol = new ClassSymbol(prelude, new ClassSyntax(default, Modifiers.None, name, typeParameters, IsInterface: true, [], [], []));
        AddInvoke(symbol, parameters, isVoid);
        return symbol;
    }

    private void AddInvoke(ClassSymbol symbol, int parameters, bool isVoid)
    {
        var syntax = new FunctionSyntax(default, Modifiers.None, Name("invoke"), [], [], null, null, null);
        var invoke = new FunctionSymbol("invoke", prelude, symbol, Modifiers.None, default, syntax)
        {
            Parameters = [.. symbol.TypeParameters.Take(parameters).Select(Parameter)],
            ReturnType = isVoid ? BuiltInType.Void : symbol.TypeParameters[^1].Type,
            IsDispatched = true,
        };
        symbol.Members.Add(invoke.Name, invoke);
        symbol.Methods.Add(invoke);
    }

    private static LocalSymbol Parameter(TypeParameterSymbol type) => new(type.Name, default, type.Type, isMutable: false, isParameter: true);

    private static Identifier Name(string text) => new(text, default);
}
