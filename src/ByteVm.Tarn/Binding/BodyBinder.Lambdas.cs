using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Lambdas. A variable of the surrounding code that can change is shared with it; one that cannot is copied into the function object, and so is 'this'.
/// </summary>
internal sealed partial class BodyBinder
{
    private readonly Stack<LambdaFrame> lambdas = new();

    /// <summary>A lambda being bound.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="depth">How many lambdas it is inside of, itself included.</param>
    /// <param name="isInlined">It stands in place of the calls of an inline function's parameter.</param>
    private sealed class LambdaFrame(string name, int depth, TarnType? result, bool isInlined)
    {
        public string Name => name;

        public bool IsInlined => isInlined;

        public int Depth { get; } = depth;

        /// <summary>Null until found, where its place does not say it, or not all of it.</summary>
        public TarnType? Result { get; set; } = result is null || HasHoles(result) ? null : result;

        /// <summary>The type of the result, found from a value.</summary>
        public TarnType Find(TarnType value) => result is null ? value : TakeUp(value, result);

        public List<LocalSymbol> Captured { get; } = [];

        public bool CapturesThis { get; set; }
    }

    /// <summary>A value's type as the generic type that its place says, whose arguments are still to be found.</summary>
    private static TarnType TakeUp(TarnType value, TarnType wanted) =>
        wanted.NonNull is ClassType @class && TypeRelations.ClassOf(value.NonNull)?.AsSuper(@class.Symbol) is { } super ? (wanted.IsNullable ? super.Nullable : super) : value;

    /// <summary>Whether something in a type is still to be found.</summary>
    private static bool HasHoles(TarnType type) => type switch
    {
        ArrayType array => HasHoles(array.Element),
        NullableType nullable => HasHoles(nullable.NonNull),
        ClassType @class => @class.Arguments.Any(HasHoles),
        _ => type.IsError,
    };

    /// <param name="name">What messages call it.</param>
    private BoundExpression BindLambda(LambdaSyntax syntax, TarnType? expected, string name = "=>")
    {
        ClassType? wanted = expected?.NonNull is ClassType type && WellKnown.IsFunction(type.Symbol) ? type : null;
        if (wanted is not null && wanted.FunctionParameters.Length != syntax.Parameters.Length)
            return Error(syntax.Span, DiagnosticCatalog.LambdaParameterCount, wanted, syntax.Parameters.Length);
        TarnType? result = wanted?.FunctionResult;
        var frame = new LambdaFrame(name, lambdas.Count + 1, result, inlinedLambdas.Contains(syntax));
        (FlowState flowBefore, bool statementsBefore, Loop[] loopsBefore) = (flow, hasStatementsInValues, [.. loops]);
        (FinallyScopes finallyScopesBefore, finallyScopes) = (finallyScopes, new FinallyScopes());
        loops.Clear();
        hasStatementsInValues = false;
        lambdas.Push(frame);
        int scope = OpenScope();
        ImmutableArray<LocalSymbol> parameters = DeclareParameters(syntax, wanted, isReported: expected is { IsError: true });
        BoundBlock body = BindLambdaBody(syntax, frame);
        CloseScope(scope);
        lambdas.Pop();
        bool hasStatements = hasStatementsInValues;
        (flow, hasStatementsInValues) = (ForgetShared(flowBefore, frame), statementsBefore);
        loops.AddRange(loopsBefore);
        finallyScopes = finallyScopesBefore;
        if (types.FunctionOf([.. parameters.Select(p => p.Type)], frame.Result ?? BuiltInType.Void, syntax.Span) is not ClassType functionType)
            return new BoundError(syntax.Span);
        return new BoundLambda(
            syntax.Span, functionType, parameters, body, [.. frame.Captured], frame.CapturesThis ? @class!.Type : null, function?.AllTypeParameters ?? [], hasStatements, module.Source);
    }

    // The lambda may change them whenever it is called.
    private static FlowState ForgetShared(FlowState state, LambdaFrame frame) =>
        frame.Captured.Where(c => c.IsUntracked).Aggregate(state, (current, captured) => current.Forget(captured));

    private ImmutableArray<LocalSymbol> DeclareParameters(LambdaSyntax syntax, ClassType? wanted, bool isReported)
    {
        var parameters = ImmutableArray.CreateBuilder<LocalSymbol>(syntax.Parameters.Length);
        for (int i = 0; i < syntax.Parameters.Length; i++)
        {
            (Identifier name, TypeSyntax? typeSyntax) = syntax.Parameters[i];
            TarnType? type = typeSyntax is null ? wanted?.FunctionParameters[i] : types.ResolveValue(typeSyntax);
            if (typeSyntax is null && type is null or { IsError: true } && !isReported)
                Report(name.Span, DiagnosticCatalog.LambdaParameterType, name.Text);
            parameters.Add(Declare(name, type ?? BuiltInType.Error, isMutable: false));
        }

        return parameters.MoveToImmutable();
    }

    private BoundBlock BindLambdaBody(LambdaSyntax syntax, LambdaFrame frame)
    {
        if (syntax.Body is not null)
        {
            BoundBlock block = BindBlock(syntax.Body);
            if (flow.IsReachable && frame.Result is { IsVoid: false, IsError: false })
                Report(new Span(syntax.Body.Span.End - 1, syntax.Body.Span.End), DiagnosticCatalog.MissingReturn, frame.Name, frame.Result);
            return block;
        }

        ExpressionSyntax value = syntax.Value!;
        if (frame.Result is { IsVoid: false } result)
            return new BoundBlock(value.Span, [new BoundReturn(value.Span, BindConverted(value, result))]);
        BoundExpression bound = BindExpression(value);
        if (frame.Result is not null || bound.Type.IsVoid || bound.Type.IsNever)
            return new BoundBlock(value.Span, [new BoundExpressionStatement(value.Span, bound)]);
        frame.Result = FindResult(frame, bound);
        return new BoundBlock(value.Span, [new BoundReturn(value.Span, Convert(bound, frame.Result))]);
    }

    private TarnType FindResult(LambdaFrame frame, BoundExpression value)
    {
        if (value.Type != BuiltInType.Null)
            return frame.Find(value.Type);
        Report(value.Span, DiagnosticCatalog.TypeOfNull, "the result");
        return BuiltInType.Error;
    }

    private BoundReturn BindLambdaReturn(ReturnSyntax syntax, LambdaFrame frame)
    {
        BoundExpression? value = null;
        if (syntax.Value is not null)
        {
            if (frame.Result is { IsVoid: true })
                Report(syntax.Value.Span, DiagnosticCatalog.ReturnValueInVoid, frame.Name);
            value = frame.Result is null or { IsVoid: true } ? RequireValue(BindExpression(syntax.Value)) : BindConverted(syntax.Value, frame.Result);
            frame.Result ??= FindResult(frame, value);
            value = frame.Result.IsVoid ? value : Convert(value, frame.Result);
        }
        else if (frame.Result is { IsVoid: false, IsError: false })
        {
            Report(syntax.Span, DiagnosticCatalog.ReturnWithoutValue, frame.Name, frame.Result);
        }
        else
        {
            frame.Result ??= BuiltInType.Void;
        }

        CheckStaysInFinally(syntax.Span, "return", -1);
        flow = FlowState.Unreachable;
        return new BoundReturn(syntax.Span, value);
    }

    /// <summary>Notes that the lambdas around this place use a local of the code around them.</summary>
    private void Capture(LocalSymbol local)
    {
        foreach (LambdaFrame frame in lambdas)
        {
            if (frame.Depth <= local.Depth)
                break;
            if (!frame.Captured.Contains(local))
                frame.Captured.Add(local);
            local.IsUntracked |= local.IsMutable;
            local.IsShared |= local.IsMutable && !frame.IsInlined;
        }

        if (local.IsUntracked)
            flow = flow.Forget(local);
    }

    private BoundThis This(Span span)
    {
        foreach (LambdaFrame frame in lambdas)
            frame.CapturesThis = true;
        return new BoundThis(span, @class!.Type);
    }
}
