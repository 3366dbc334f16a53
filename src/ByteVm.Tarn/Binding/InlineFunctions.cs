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
    private const string ForEachName = "forEach";

    /// <summary>
    /// The method that goes through a collection with the body of a loop: <c>inline fn forEach(f: fn(T): void)</c>. Null when its class has none, or may have subclasses that
    /// do it otherwise.
    /// </summary>
    public static FunctionSymbol? FindForEach(TarnType collection) =>
        collection is ClassType { Symbol: { IsExtensible: false } @class } && @class.Members.GetValueOrDefault(ForEachName) is FunctionSymbol
        {
            IsInline: true, IsPrivate: false, HasReceiver: true, TypeParameters.IsEmpty: true, ReturnType.IsVoid: true, Parameters: [{ Type: ClassType type }],
        } method && WellKnown.IsFunction(type.Symbol) && type.FunctionResult.IsVoid && type.FunctionParameters.Length == 1 ? method : null;

    public static TarnType ElementType(TarnType collection, FunctionSymbol forEach) => FunctionType(collection, forEach).FunctionParameters[0];

    /// <summary>The loop as a call of the method, with its body as what is put into it.</summary>
    public static BoundForCall ForCall(Span span, LoopTarget target, LocalSymbol variable, BoundExpression collection, FunctionSymbol forEach, BoundBlock body)
    {
        var type = (ClassType)collection.Type;
        var round = new BoundLambda(span, FunctionType(type, forEach), [variable], body, [], null, [], false, forEach.Module.Source) { Loop = target };
        return new BoundForCall(span, target, new BoundCall(collection.Span, forEach, type.Map, collection, [round], Dispatch.Static));
    }

    private static ClassType FunctionType(TarnType collection, FunctionSymbol forEach) => (ClassType)forEach.Parameters[0].Type.Substitute(((ClassType)collection).Map);

    /// <summary>What is known of an expression's type before it is seen as one of a supertype.</summary>
    public static TarnType StaticType(BoundExpression expression) => expression switch
    {
        BoundConversion { Operand: { Type: ClassType } operand } => StaticType(operand),
        BoundLocal { Local.Type: ClassType declared, Type: ClassType seen } when TypeRelations.IsSubtype(declared, seen) => declared,
        _ => expression.Type,
    };

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
