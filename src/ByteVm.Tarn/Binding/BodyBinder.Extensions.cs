using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Functions that extend types. One is looked for where the type itself has no member of the name: in this module, among its imports (those of a module
/// imported as a whole too), in the prelude. Of several that fit, the one for the narrowest type is meant.
/// </summary>
internal sealed partial class BodyBinder
{
    /// <summary>'this' of an extension; null elsewhere.</summary>
    private BoundLocal? BindExtended(Span span)
    {
        if (!locals.TryGetValue(HeaderBinder.ExtendedName, out LocalSymbol? extended))
            return null;
        Capture(extended);
        return new BoundLocal(span, extended, flow.TypeOf(extended));
    }

    /// <summary>A call of an extension; null when none fits.</summary>
    private BoundExpression? BindExtensionCall(CallSyntax syntax, BoundExpression target, Identifier name)
    {
        if (FindExtension(target.Type, name.Text, name.Span) is not { } extension)
            return null;
        return BindArguments(CalleeOf(extension, TypeMap.Empty, null) with { Extended = target }, syntax) is { } call
            ? CallStatic(syntax.Span, extension, call.Types, call.Arguments)
            : new BoundError(syntax.Span);
    }

    private BoundCall CallStatic(Span span, FunctionSymbol target, TypeMap typeArguments, ImmutableArray<BoundExpression> arguments)
    {
        references.Add(target);
        return new BoundCall(span, target, typeArguments, null, arguments, Dispatch.Static);
    }

    private FunctionSymbol? FindExtension(TarnType extended, string name, Span span)
    {
        FunctionSymbol? best = null;
        FunctionSymbol? rival = null;
        foreach (FunctionSymbol candidate in Extensions(name))
        {
            if (candidate == best || ExtendedType(candidate, extended) is not { } type)
                continue;
            TarnType? other = best is null ? null : ExtendedType(best, extended);
            if (other is null || (type != other && TypeRelations.IsSubtype(type, other)) || (type == other && IsNarrower(candidate, best!)))
                (best, rival) = (candidate, null);
            else if (type == other && !IsNarrower(best!, candidate))
                rival = candidate;
        }

        if (rival is not null)
            Report(span, DiagnosticCatalog.AmbiguousExtension, name, extended, best!.Module.Name, rival.Module.Name);
        return best;
    }

    /// <summary>Of two that fit one type, the one with fewer type parameters in it says more.</summary>
    private static bool IsNarrower(FunctionSymbol candidate, FunctionSymbol other) => !candidate.Parameters[0].Type.HasVariables && other.Parameters[0].Type.HasVariables;

    private IEnumerable<FunctionSymbol> Extensions(string name)
    {
        IEnumerable<FunctionSymbol> found = ExtensionsOf(module, name, isOwn: true);
        if (module.ImportedExtensions.TryGetValue(name, out List<FunctionSymbol>? imported))
            found = found.Concat(imported);
        foreach (Symbol symbol in module.Imported.Values)
        {
            if (symbol is ModuleSymbol whole)
                found = found.Concat(ExtensionsOf(whole, name, isOwn: false));
        }

        if (compilation.Prelude != module)
            found = found.Concat(ExtensionsOf(compilation.Prelude, name, isOwn: false));
        return found.Distinct();
    }

    private static IEnumerable<FunctionSymbol> ExtensionsOf(ModuleSymbol owner, string name, bool isOwn) =>
        owner.Extensions.TryGetValue(name, out List<FunctionSymbol>? extensions) ? extensions.Where(e => isOwn || !e.IsPrivate) : [];

    /// <summary>The type that an extension extends, its type parameters found from a value's type; null when it does not fit.</summary>
    private static TarnType? ExtendedType(FunctionSymbol extension, TarnType value)
    {
        var inference = new TypeInference(extension.TypeParameters, TypeMap.Empty);
        TarnType declared = extension.Parameters[0].Type;
        inference.Unify(declared, value);
        if (inference.IsOpen(declared) || !extension.TypeParameters.All(p => IsWithinBound(p, inference.Map)))
            return null;
        TarnType type = declared.Substitute(inference.Map);
        return TypeRelations.Classify(value, type) is Conversion.Identity or Conversion.Reference ? type : null;
    }

    private static bool IsWithinBound(TypeParameterSymbol parameter, TypeMap arguments) =>
        parameter.Bound is null || arguments.Find(parameter) is not { } argument || TypeRelations.Satisfies(argument, parameter.Bound.Substitute(arguments));
}
