using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// What throws and catches. A handler may come after any part of the body, so at its head only that is known which nothing in the body changes; the same
/// holds for a finally, after which the way that led there goes on with what the finally assigned.
/// </summary>
internal sealed partial class BodyBinder
{
    /// <summary>What holds at the end of each block deferred around the place being bound.</summary>
    private readonly Stack<FlowState> deferredEnds = new();

    private FinallyScopes finallyScopes = new();

    /// <summary>The finallies around the place being bound, up to the nearest lambda.</summary>
    private sealed class FinallyScopes
    {
        /// <summary>Whose bodies the place is in: what they assign, and how many loops are around them.</summary>
        public Stack<(ImmutableArray<string> Assigned, int Loops)> Pending { get; } = new();

        /// <summary>The number of loops around the innermost finally block that the place is inside of; -1 when there is none.</summary>
        public int LoopsAroundBlock { get; set; } = -1;
    }

    private BoundThrow BindThrow(ThrowSyntax syntax)
    {
        BoundExpression exception = RequireValue(BindExpression(syntax.Exception));
        TarnType type = exception.Type;
        if (type.IsNullable && TypeRelations.IsSubtype(type.NonNull, compilation.Exception.Type))
            Report(exception.Span, DiagnosticCatalog.MayBeNull, type, type.NonNull);
        else if (TypeRelations.Classify(type, compilation.Exception.Type) == Conversion.None)
            Report(exception.Span, DiagnosticCatalog.ThrowsNoException, type);
        flow = FlowState.Unreachable;
        return new BoundThrow(syntax.Span, exception);
    }

    private BoundExpression BindTry(TrySyntax syntax, bool wantsValue, TarnType? expected)
    {
        if (syntax.Catches.IsEmpty && syntax.Finally is null)
            Report(syntax.Span, DiagnosticCatalog.TryWithoutHandler);
        hasStatementsInValues |= wantsValue;
        FlowState before = flow;
        OpenFinally(syntax.Finally);
        BoundBranch body = BindBranch(syntax.Body, wantsValue, expected);
        FlowState after = flow;
        FlowState atHandler = ForgetAssigned(before, syntax.AssignedInBody);
        var catches = new BoundCatch[syntax.Catches.Length];
        for (int i = 0; i < catches.Length; i++)
        {
            flow = atHandler;
            catches[i] = BindCatch(syntax.Catches[i], wantsValue, expected);
            CheckCatchIsReached(syntax.Catches[i], catches.AsSpan(0, i), catches[i].Type);
            after = after.Join(flow);
        }

        BoundBlock? last = BindFinally(syntax.Finally, before, after);
        if (!wantsValue)
            return new BoundTry(syntax.Span, BuiltInType.Void, body, [.. catches], last);
        return JoinTry(syntax.Span, body, catches, last, expected);
    }

    private BoundExpression JoinTry(Span span, BoundBranch body, BoundCatch[] catches, BoundBlock? last, TarnType? expected)
    {
        BoundExpression[] values = [.. catches.Select(c => c.Body.Value).Prepend(body.Value).OfType<BoundExpression>()];
        TarnType? type = values.Length == 0 ? BuiltInType.Never : FitsAll(values, expected) ? expected : JoinAll(values, span);
        if (type is null)
            return new BoundError(span);
        for (int i = 0; i < catches.Length; i++)
            catches[i] = catches[i] with { Body = ConvertBranch(catches[i].Body, type) };
        return new BoundTry(span, type, ConvertBranch(body, type), [.. catches], last);
    }

    private BoundCatch BindCatch(CatchSyntax syntax, bool wantsValue, TarnType? expected)
    {
        TarnType type = compilation.Exception.Type;
        if (syntax.Type is not null)
        {
            type = types.ResolveValue(syntax.Type);
            if (!type.IsError && !TypeRelations.IsSubtype(type, compilation.Exception.Type))
                Report(syntax.Type.Span, DiagnosticCatalog.CatchesNoException, type);
        }

        int scope = OpenScope();
        LocalSymbol? local = syntax.Name is { } name ? Declare(name, type, isMutable: false) : null;
        BoundBranch body = BindBranch(syntax.Body, wantsValue, expected);
        CloseScope(scope);
        return new BoundCatch(local, type, body);
    }

    private void CheckCatchIsReached(CatchSyntax syntax, ReadOnlySpan<BoundCatch> before, TarnType type)
    {
        foreach (BoundCatch earlier in before)
        {
            if (type.IsError || earlier.Type.IsError || !TypeRelations.IsSubtype(type, earlier.Type))
                continue;
            Report(syntax.Type?.Span ?? syntax.Span, DiagnosticCatalog.CatchNeverReached, earlier.Type, type);
            return;
        }
    }

    private void OpenFinally(FinallySyntax? syntax)
    {
        if (syntax is not null)
            finallyScopes.Pending.Push((syntax.Assigned, loops.Count));
    }

    /// <param name="before">What held before the statements that the finally follows.</param>
    /// <param name="after">What holds where they end by themselves.</param>
    private BoundBlock? BindFinally(FinallySyntax? syntax, FlowState before, FlowState after)
    {
        if (syntax is null)
        {
            flow = after;
            return null;
        }

        finallyScopes.Pending.Pop();
        flow = ForgetAssigned(before, syntax.AssignedBefore);
        int loopsAroundBlock = finallyScopes.LoopsAroundBlock;
        finallyScopes.LoopsAroundBlock = loops.Count;
        BoundBlock block = BindBlock(syntax.Body);
        finallyScopes.LoopsAroundBlock = loopsAroundBlock;
        FlowState end = flow;
        flow = end.IsReachable ? PassFinally(after, end, syntax.Assigned) : FlowState.Unreachable;
        return block;
    }

    private FlowState ForgetAssigned(FlowState state, ImmutableArray<string> names)
    {
        FlowState now = flow;
        flow = state;
        foreach (string name in names)
            ForgetAtLoopHead(name);
        state = flow;
        flow = now;
        return state;
    }

    /// <summary>What a finally assigned is assigned on every way through it, and known no closer.</summary>
    private FlowState PassFinally(FlowState state, FlowState end, ImmutableArray<string> assigned)
    {
        foreach (string name in assigned)
        {
            if (locals.TryGetValue(name, out LocalSymbol? local))
                state = end.IsUnassigned(local) ? state.Forget(local) : state.Forget(local).Assign(local);
            else if (InConstructor && @class!.Members.TryGetValue(name, out MemberSymbol? field) && !end.IsUnassigned(field))
                state = state.Assign(field);
        }

        return state;
    }

    /// <summary>What is known where a break or continue leads, after the finallies on its way.</summary>
    /// <param name="loop">Index of the loop it leaves or goes on with.</param>
    private void LeaveThroughFinallies(int loop)
    {
        foreach ((ImmutableArray<string> assigned, int loopCount) in finallyScopes.Pending)
        {
            if (loopCount > loop)
                flow = ForgetAssigned(flow, assigned);
        }
    }

    /// <summary>A finally block ends at its end: what ran before it goes on then.</summary>
    private void CheckStaysInFinally(Span span, string keyword, int loop)
    {
        if (loop < finallyScopes.LoopsAroundBlock)
            Report(span, DiagnosticCatalog.LeavesFinally, keyword);
    }

    /// <summary>A defer and the rest of its block. The deferred sees what is declared before it.</summary>
    private BoundTry BindDefer(DeferSyntax syntax)
    {
        FlowState before = flow;
        BoundBlock deferred = BindDeferred(syntax, before);
        OpenFinally(syntax.Deferred);
        BoundBlock rest = BindBlock(syntax.Rest);
        CloseDeferred(syntax);
        return new BoundTry(syntax.Span, BuiltInType.Void, new BoundBranch(rest.Statements, null), [], deferred);
    }

    /// <summary>A defer in a block whose value is wanted.</summary>
    private BoundExpression BindDeferValue(DeferSyntax syntax, TarnType? expected)
    {
        hasStatementsInValues = true;
        BoundBlock deferred = BindDeferred(syntax, flow);
        OpenFinally(syntax.Deferred);
        BoundBranch rest = BindBranch(syntax.Rest, wantsValue: true, expected);
        CloseDeferred(syntax);
        return JoinTry(syntax.Span, rest, [], deferred, expected);
    }

    private BoundBlock BindDeferred(DeferSyntax syntax, FlowState before)
    {
        finallyScopes.Pending.Push(([], loops.Count));
        BoundBlock deferred = BindFinally(syntax.Deferred, before, before)!;
        deferredEnds.Push(flow);
        flow = before;
        return deferred;
    }

    private void CloseDeferred(DeferSyntax syntax)
    {
        finallyScopes.Pending.Pop();
        FlowState end = deferredEnds.Pop();
        flow = end.IsReachable || !flow.IsReachable ? PassFinally(flow, end, syntax.Deferred.Assigned) : FlowState.Unreachable;
    }
}
