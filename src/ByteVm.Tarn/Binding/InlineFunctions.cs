using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

internal sealed partial class FunctionSymbol
{
    /// <summary>Its body stands in place of each call (<see cref="Lowering.BoundTreeCopy"/>).</summary>
    public bool IsInline => (Modifiers & Modifiers.Inline) != 0;

    /// <summary>Whether a function given for the parameter stands in place of the parameter's calls.</summary>
    public bool TakesInline(LocalSymbol parameter) =>
        IsInline && parameter.IsParameter && parameter.Name != HeaderBinder.ExtendedName && parameter.Type is ClassType type && WellKnown.IsFunction(type.Symbol) && Parameters.Contains(parameter);
}

/// <summary>What makes an inline function one that cannot be.</summary>
internal static class InlineFunctions
{
    public static void CheckDispatch(Compilation compilation, FunctionSymbol function)
    {
        if (function.IsInline && (function.IsDispatched || function.IsExtern || function.IsAbstract))
            compilation.Diagnostics.Report(function.Module.Source, function.NameSpan, DiagnosticCatalog.InlineDispatched, function.Name);
    }

    public static void CheckRecursion(Compilation compilation, FunctionSymbol function)
    {
        if (FindWayBack(compilation, function) is { } way)
            compilation.Diagnostics.Report(function.Module.Source, function.NameSpan, DiagnosticCatalog.InlineRecursion, function.Name, string.Join(" → ", way.Select(f => f.Name)));
    }

    /// <summary>The inline functions through which one comes back to itself, it first and last; null when it does not.</summary>
    private static ImmutableArray<FunctionSymbol>? FindWayBack(Compilation compilation, FunctionSymbol function)
    {
        var seen = new HashSet<FunctionSymbol>();
        var pending = new Stack<ImmutableArray<FunctionSymbol>>([[function]]);
        while (pending.TryPop(out ImmutableArray<FunctionSymbol> way))
        {
            foreach (FunctionSymbol next in compilation.BodyOf(way[^1]).References.OfType<FunctionSymbol>().Where(f => f is { IsInline: true, IsAbstract: false, IsExtern: false }))
            {
                if (next == function)
                    return way.Add(function);
                if (seen.Add(next))
                    pending.Push(way.Add(next));
            }
        }

        return null;
    }
}
