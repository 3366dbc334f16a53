using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>Expressions.</summary>
internal sealed partial class BoundTreeCopy
{
    /// <summary>Values, places, operators and calls; null of anything else.</summary>
    private BoundExpression? CopySimple(BoundExpression expression) => expression switch
    {
        BoundInteger or BoundFloat or BoundString or BoundDefault or BoundError => expression,
        BoundNull e => e with { Type = Copy(e.Type) },
        BoundLocal e => e with { Local = Copy(e.Local), Type = Copy(e.Type) },
        BoundThis e => e with { Type = Copy(e.Type) },
        BoundGlobal => expression,
        BoundPlaceholder e => Copy(e),
        BoundField e => e with { Receiver = Copy(e.Receiver), Type = Copy(e.Type) },
        BoundElement e => e with { Array = Copy(e.Array), Index = Copy(e.Index), Type = Copy(e.Type) },
        BoundStringByte e => e with { Text = Copy(e.Text), Index = Copy(e.Index) },
        BoundLength e => e with { Target = Copy(e.Target) },
        BoundSlice e => e with { Text = Copy(e.Text), From = CopyOptional(e.From), To = CopyOptional(e.To) },
        BoundUnary e => e with { Operand = Copy(e.Operand) },
        BoundBinary e => CopyBinary(e),
        BoundLogical e => e with { Operands = Copy(e.Operands) },
        BoundConversion e => e with { Type = Copy(e.Type), Operand = Copy(e.Operand) },
        BoundConcat e => e with { Parts = Copy(e.Parts) },
        BoundFormat e => e with { Operand = Copy(e.Operand) },
        BoundCall e => CopyCall(e),
        BoundOpcode e => e with { Type = Copy(e.Type), Arguments = Copy(e.Arguments) },
        BoundNew e => e with { Class = Copy(e.Class), Type = Copy(e.Class), Arguments = Copy(e.Arguments) },
        BoundTypeTest e => e with { Operand = Copy(e.Operand), Tested = Copy(e.Tested) },
        BoundCast e => e with { Type = Copy(e.Type), Operand = Copy(e.Operand) },
        BoundNotNull e => new BoundNotNull(e.Span, Copy(e.Operand)),
        BoundUnwrap e => CopyUnwrap(e),
        _ => null,
    };

    /// <summary>What consists of other expressions or statements and decides which of them are evaluated.</summary>
    private BoundExpression CopyStructure(BoundExpression expression) => expression switch
    {
        BoundNewArray e => e with
        {
            Type = Copy(e.Type), Sizes = Copy(e.Sizes), IndexVariable = e.IndexVariable is null ? null : Copy(e.IndexVariable), Initializer = CopyOptional(e.Initializer),
        },
        BoundArrayLiteral e => new BoundArrayLiteral(e.Span, (ArrayType)Copy(e.ArrayType), Copy(e.Elements)),
        BoundCoalesce e => CopyCoalesce(e),
        BoundSafeAccess e => e with { Type = Copy(e.Type), Receiver = Copy(e.Receiver), Value = Copy(e.Value), Access = Copy(e.Access) },
        BoundOptionalCoalesce e => e with { Type = Copy(e.Type), Left = Copy(e.Left), Value = Copy(e.Value), Present = Copy(e.Present), Right = Copy(e.Right) },
        BoundWith e => e with { Type = Copy(e.Type), Value = Copy(e.Value), Placeholder = Copy(e.Placeholder), Body = Copy(e.Body) },
        BoundLet e => new BoundLet(e.Span, Copy(e.Local), Copy(e.Value), Copy(e.Body)),
        BoundLambda e => CopyLambda(e),
        BoundIf e => e with { Type = Copy(e.Type), Clauses = [.. e.Clauses.Select(c => new BoundClause(Copy(c.Condition), Copy(c.Body)))], Else = CopyOptional(e.Else) },
        BoundMatch e => CopyMatch(e),
        BoundThrow e => new BoundThrow(e.Span, Copy(e.Exception)),
        BoundTry e => e with { Type = Copy(e.Type), Body = Copy(e.Body), Catches = [.. e.Catches.Select(Copy)], Finally = e.Finally is null ? null : Copy(e.Finally) },
        _ => throw new InvalidOperationException($"No copy of {expression.GetType().Name}."),
    };

    private BoundBranch? CopyOptional(BoundBranch? branch) => branch is { } present ? Copy(present) : null;

    private BoundCatch Copy(BoundCatch clause) => new(clause.Local is null ? null : Copy(clause.Local), Copy(clause.Type), Copy(clause.Body));

    private BoundExpression CopyBinary(BoundBinary expression) =>
        CopyChain(expression, e => e.Left, (e, left) => e with { Type = Copy(e.Type), Left = left, Right = Copy(e.Right) });

    private BoundExpression CopyCoalesce(BoundCoalesce expression) =>
        CopyChain(expression, e => e.Left, (e, left) => e with { Type = Copy(e.Type), Left = left, Right = Copy(e.Right) });

    /// <summary>Operators nest to the left without bound, so this loops along their left operands.</summary>
    private BoundExpression CopyChain<TOperator>(TOperator last, Func<TOperator, BoundExpression> leftOf, Func<TOperator, BoundExpression, BoundExpression> copyWith)
        where TOperator : BoundExpression
    {
        var chain = new Stack<TOperator>();
        BoundExpression first = last;
        while (first is TOperator next)
        {
            chain.Push(next);
            first = leftOf(next);
        }

        BoundExpression copy = Copy(first);
        while (chain.TryPop(out TOperator? next))
            copy = copyWith(next, copy);
        return copy;
    }

    private BoundCall CopyCall(BoundCall call) =>
        new(call.Span, call.Function, call.Types.Substitute(types), CopyOptional(call.Receiver), Copy(call.Arguments), call.Dispatch);

    /// <summary>Where T stands for a type with null, 'T?' is that type, and what it holds is the value as it is.</summary>
    private BoundExpression CopyUnwrap(BoundUnwrap expression)
    {
        BoundExpression operand = Copy(expression.Operand);
        if (Copy(expression.Type) == operand.Type)
            return operand;
        return TypeRelations.IsOptional(operand.Type) ? new BoundUnwrap(expression.Span, operand) : new BoundConversion(expression.Span, operand.Type.NonNull, operand);
    }

    private BoundLambda CopyLambda(BoundLambda lambda) => lambda with
    {
        FunctionType = Copy(lambda.FunctionType),
        Type = Copy(lambda.FunctionType),
        Parameters = Copy(lambda.Parameters),
        Body = Copy(lambda.Body),
        Captured = Copy(lambda.Captured),
        CapturedThis = lambda.CapturedThis is null ? null : Copy(lambda.CapturedThis),
        TypeParameters = typeParameters,
        Loop = lambda.Loop is null ? null : Copy(lambda.Loop),
    };
}
