using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Type syntax to types, in one module's scope.</summary>
internal sealed class TypeResolver(Compilation compilation, ModuleSymbol module, DiagnosticBag diagnostics)
{
    private static readonly Dictionary<string, BuiltInType> builtIns = BuiltInType.Nameable.ToDictionary(t => t.Name, StringComparer.Ordinal);

    private readonly Dictionary<string, TypeParameterSymbol> parameters = new(StringComparer.Ordinal);

    public static bool IsBuiltInName(string name) => builtIns.ContainsKey(name);

    /// <summary>The type parameters in scope from here on: those of a class, then those of a function in it.</summary>
    public void EnterScope(ImmutableArray<TypeParameterSymbol> typeParameters)
    {
        parameters.Clear();
        foreach (TypeParameterSymbol parameter in typeParameters)
            parameters[parameter.Name] = parameter;
    }

    /// <summary>The type; one that was reported is the error type.</summary>
    public TarnType Resolve(TypeSyntax syntax)
    {
        switch (syntax)
        {
            case ArrayTypeSyntax array:
                return ArrayOf(Resolve(array.Element), array.Element.Span);
            case NullableTypeSyntax nullable:
                return NullableOf(Resolve(nullable.Inner), nullable.Span);
            case FunctionTypeSyntax function:
                return FunctionOf([.. function.Parameters.Select(ResolveValue)], Resolve(function.Result), function.Span);
            case TupleTypeSyntax tuple:
                return TupleOf([.. tuple.Types.Select(ResolveValue)], tuple.Span);
            default:
                return Named((NamedTypeSyntax)syntax);
        }
    }

    /// <summary>A type that values can have: not void or never.</summary>
    public TarnType ResolveValue(TypeSyntax syntax)
    {
        TarnType type = Resolve(syntax);
        if (!type.IsVoid && !type.IsNever)
            return type;
        diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.NotAValueType, type.Name);
        return BuiltInType.Error;
    }

    private TarnType ArrayOf(TarnType element, Span span)
    {
        if (element.IsVoid || element.IsNever)
            diagnostics.Report(module.Source, span, DiagnosticCatalog.NotAValueType, element.Name);
        return element.IsError || element.IsVoid || element.IsNever ? BuiltInType.Error : element.Array;
    }

    private TarnType NullableOf(TarnType inner, Span span)
    {
        if (!inner.IsVoid && !inner.IsNever)
            return inner.Nullable;
        diagnostics.Report(module.Source, span, DiagnosticCatalog.NotNullable, inner.Name);
        return BuiltInType.Error;
    }

    private TarnType Named(NamedTypeSyntax syntax)
    {
        ImmutableArray<Identifier> path = syntax.Path;
        if (path.Length == 1 && Simple(path[0].Text) is { } simple)
            return syntax.Arguments.IsEmpty ? simple : ReportArity(syntax, simple.Name, 0);
        Symbol? symbol = Lookup(path[0]);
        for (int i = 1; i < path.Length && symbol is not null; i++)
            symbol = Qualified(symbol, path[i]);
        if (symbol is ClassSymbol @class)
            return Construct(@class, syntax.Arguments, syntax);
        if (symbol is not (null or MissingSymbol))
            diagnostics.Report(module.Source, path[0].Span.To(path[^1].Span), DiagnosticCatalog.NotAType, symbol.Name);
        return BuiltInType.Error;
    }

    /// <summary>A function type; one that was reported is the error type.</summary>
    public TarnType FunctionOf(ImmutableArray<TarnType> functionParameters, TarnType result, Span span)
    {
        if (functionParameters.Length > FunctionTypes.MaximumParameters)
            diagnostics.Report(module.Source, span, DiagnosticCatalog.FunctionTooWide, FunctionTypes.MaximumParameters);
        else if (!result.IsError && !result.IsNever && !functionParameters.Any(p => p.IsError))
            return compilation.FunctionTypes.Find(functionParameters.Length, result.IsVoid).Construct(result.IsVoid ? functionParameters : functionParameters.Add(result));
        return BuiltInType.Error;
    }

    /// <summary>A tuple type; one that was reported is the error type.</summary>
    public TarnType TupleOf(ImmutableArray<TarnType> parts, Span span)
    {
        if (parts.Length > WellKnown.MaximumTupleParts)
            diagnostics.Report(module.Source, span, DiagnosticCatalog.TupleTooWide, WellKnown.MaximumTupleParts);
        else if (!parts.Any(p => p.IsError))
            return compilation.PreludeClass($"Tuple{parts.Length}").Construct(parts);
        return BuiltInType.Error;
    }

    private TarnType? Simple(string name) =>
        parameters.TryGetValue(name, out TypeParameterSymbol? parameter) ? parameter.Type : builtIns.GetValueOrDefault(name);

    /// <summary>A class with type arguments as written; reports when their number or one of them is wrong.</summary>
    public TarnType Construct(ClassSymbol @class, ImmutableArray<TypeSyntax> arguments, SyntaxNode syntax)
    {
        TarnType[] types = [.. arguments.Select(ResolveValue)];
        if (types.Length != @class.TypeParameters.Length)
            return ReportArity(syntax, @class.Name, @class.TypeParameters.Length);
        if (types.Any(t => t.IsError))
            return BuiltInType.Error;
        ClassType type = @class.Construct([.. types]);
        if (types.Length > 0)
            compilation.WhenHeadersAreBound(() => CheckBounds(@class.TypeParameters, type.Map, syntax.Span));
        return type;
    }

    private BuiltInType ReportArity(SyntaxNode syntax, string name, int count)
    {
        diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.TypeArgumentCount, name, count);
        return BuiltInType.Error;
    }

    /// <summary>Reports type arguments that are not what their parameters ask for.</summary>
    /// <returns>Whether all are.</returns>
    public bool CheckBounds(ImmutableArray<TypeParameterSymbol> checkedParameters, TypeMap arguments, Span span)
    {
        bool holds = true;
        foreach (TypeParameterSymbol parameter in checkedParameters)
        {
            if (parameter.Bound is null || arguments.Find(parameter) is not { } argument)
                continue;
            TarnType bound = parameter.Bound.Substitute(arguments);
            if (TypeRelations.Satisfies(argument, bound))
                continue;
            diagnostics.Report(module.Source, span, DiagnosticCatalog.BoundUnmet, argument, parameter.Name, bound);
            holds = false;
        }

        return holds;
    }

    private Symbol? Lookup(Identifier name)
    {
        if (module.Members.TryGetValue(name.Text, out Symbol? symbol) || module.Imported.TryGetValue(name.Text, out symbol)
            || (compilation.Prelude.Members.TryGetValue(name.Text, out symbol) && symbol is not MemberSymbol { IsPrivate: true }))
            return symbol;
        diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.UnknownType, name.Text, Elsewhere.Find(module, name.Text));
        return null;
    }

    private Symbol? Qualified(Symbol qualifier, Identifier name)
    {
        if (qualifier is ModuleSymbol other && other.Members.TryGetValue(name.Text, out Symbol? symbol))
        {
            if (symbol is MemberSymbol { IsPrivate: true } && other != module)
                diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.PrivateToModule, name.Text, other.Name);
            return symbol;
        }

        if (qualifier is MissingSymbol)
            return null;
        if (qualifier is ModuleSymbol missing)
            diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.UnknownModuleMember, missing.Name, name.Text);
        else
            diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.NotAType, name.Text);
        return null;
    }
}
