using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>'for' over objects: with the inline method that their class has for it, else with an iterator.</summary>
internal sealed partial class BodyBinder
{
    private BoundForCall BindForCall(ForEachSyntax syntax, BoundExpression collection, FunctionSymbol method)
    {
        references.Add(method);
        (LoopTarget target, LocalSymbol variable, BoundBlock body) = BindRounds(syntax, syntax.Variable, InlineFunctions.ElementType(collection.Type, method));
        return InlineFunctions.ForCall(syntax.Span, target, variable, collection, method, body);
    }

    private BoundForIterable BindForIterable(ForEachSyntax syntax, BoundExpression collection, ClassType iterable)
    {
        Span span = syntax.Collection.Span;
        BoundCall start = CallMethod(span, collection, MethodOf(iterable.Symbol, "iterator"));
        var iterator = new LocalSymbol("<iterator>", span, start.Type, isMutable: false, isParameter: false) { Depth = lambdas.Count };
        var current = new BoundLocal(span, iterator, iterator.Type);
        ClassSymbol protocol = ((ClassType)iterator.Type).Symbol;
        BoundCall hasNext = CallMethod(span, current, MethodOf(protocol, "hasNext"));
        BoundCall next = CallMethod(span, current, MethodOf(protocol, "next"));
        (LoopTarget target, LocalSymbol variable, BoundBlock body) = BindRounds(syntax, syntax.Variable, next.Type);
        return new BoundForIterable(syntax.Span, target, variable, collection, iterator, start, hasNext, next, body);
    }

    /// <summary>What is given to an inline function may be gone through there, as its own class has it.</summary>
    private void ReferToForEach(FunctionSymbol callee, BoundExpression argument)
    {
        if (callee.IsInline && InlineFunctions.FindForEach(InlineFunctions.StaticType(argument)) is { } method)
            references.Add(method);
    }
}
