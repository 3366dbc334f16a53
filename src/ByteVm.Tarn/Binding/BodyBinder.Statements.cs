using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Statements.</summary>
internal sealed partial class BodyBinder
{
    private BoundBlock BindBlock(BlockSyntax syntax)
    {
        int scope = OpenScope();
        var statements = ImmutableArray.CreateBuilder<BoundStatement>(syntax.Statements.Length);
        foreach (StatementSyntax statement in syntax.Statements)
            statements.Add(BindStatement(statement));
        CloseScope(scope);
        return new BoundBlock(syntax.Span, statements.MoveToImmutable());
    }

    private BoundStatement BindStatement(StatementSyntax syntax) => syntax switch
    {
        ExpressionStatementSyntax s => BindExpressionStatement(s),
        LocalSyntax s => BindLocal(s.Variable),
        LocalFunctionSyntax s => BindLocalFunction(s.Function),
        DestructuringSyntax s => BindDestructuring(s),
        AssignmentSyntax s => BindAssignment(s),
        ReturnSyntax s => BindReturn(s),
        WhileSyntax s => BindWhile(s),
        ForRangeSyntax s => BindForRange(s),
        ForEachSyntax s => BindForEach(s),
        BreakSyntax s => BindBreak(s),
        ContinueSyntax s => BindContinue(s),
        DeferSyntax s => new BoundExpressionStatement(s.Span, BindDefer(s)),
        var s => BindBlock((BlockSyntax)s),
    };

    private BoundExpressionStatement BindExpressionStatement(ExpressionStatementSyntax syntax)
    {
        BoundExpression expression = syntax.Expression switch
        {
            IfSyntax @if => BindIf(@if, wantsValue: false, null),
            MatchSyntax match => BindMatch(match, wantsValue: false, null),
            TrySyntax @try => BindTry(@try, wantsValue: false, null),
            var other => BindExpression(other),
        };
        if (syntax.Expression is not (IfSyntax or MatchSyntax or TrySyntax or ThrowSyntax or CallSyntax) && !expression.Type.IsError)
            Report(syntax.Span, DiagnosticCatalog.NoEffect);
        return new BoundExpressionStatement(syntax.Span, expression);
    }

    private BoundLocalDeclaration BindLocal(VariableSyntax syntax)
    {
        TarnType? type = syntax.Type is null ? null : types.ResolveValue(syntax.Type);
        BoundExpression? value = syntax.Initializer is null ? null
            : type is null ? BindTyping(syntax.Initializer, syntax.Name.Text) : BindConverted(syntax.Initializer, type);
        if (value is null && type is null)
            Report(syntax.Name.Span, DiagnosticCatalog.NoTypeAndNoValue, syntax.Name.Text);

        LocalSymbol local = Declare(syntax.Name, type ?? value?.Type ?? BuiltInType.Error, syntax.IsMutable);
        if (value is null)
            flow = flow.DeclareUnassigned(local);
        else
            NarrowByValue(local, value);
        return new BoundLocalDeclaration(syntax.Span, local, value);
    }

    // "let x: string? = "a"" is known not to be null.
    private void NarrowByValue(LocalSymbol local, BoundExpression value)
    {
        flow = flow.Forget(local);
        TarnType actual = value is BoundConversion conversion ? conversion.Operand.Type : value.Type;
        if (!local.IsUntracked && local.Type.IsNullable && !actual.IsNullable && !actual.IsError)
            flow = flow.Narrow(local, local.Type.NonNull);
    }

    private BoundReturn BindReturn(ReturnSyntax syntax)
    {
        if (lambdas.TryPeek(out LambdaFrame? frame))
            return BindLambdaReturn(syntax, frame);
        BoundExpression? value = null;
        if (function is null || function.IsConstructor)
            Report(syntax.Span, DiagnosticCatalog.ReturnInInit);
        else if (function.ReturnType.IsVoid && syntax.Value is not null)
            Report(syntax.Value.Span, DiagnosticCatalog.ReturnValueInVoid, function.Name);
        else if (!function.ReturnType.IsVoid && syntax.Value is null && !function.ReturnType.IsError)
            Report(syntax.Span, DiagnosticCatalog.ReturnWithoutValue, function.Name, function.ReturnType);
        else if (syntax.Value is not null)
            value = BindConverted(syntax.Value, function.ReturnType);
        CheckStaysInFinally(syntax.Span, "return", -1);
        flow = FlowState.Unreachable;
        return new BoundReturn(syntax.Span, value);
    }

    private BoundStatement BindAssignment(AssignmentSyntax syntax)
    {
        if (syntax.Operator is { } @operator)
            return BindCompoundAssignment(syntax, @operator);
        if (syntax.Target is NameSyntax name && locals.TryGetValue(name.Name.Text, out LocalSymbol? local))
            return BindLocalAssignment(syntax, local);
        BoundExpression target = BindTarget(syntax.Target);
        if (target is BoundAccessorPlace place)
            return BindPlaceAssignment(syntax, place);
        BoundExpression value = BindConverted(syntax.Value, target.Type);
        CheckAssignable(target, syntax.Target.Span);
        if (target is BoundField { Receiver: BoundThis, Field: var field })
            flow = flow.Assign(field);
        return new BoundAssignment(syntax.Span, target, value);
    }

    private BoundAssignment BindLocalAssignment(AssignmentSyntax syntax, LocalSymbol local)
    {
        Capture(local);
        BoundExpression value = BindConverted(syntax.Value, local.Type);
        CheckLocalAssignable(local, syntax.Target.Span);
        flow = flow.Assign(local);
        NarrowByValue(local, value);
        return new BoundAssignment(syntax.Span, new BoundLocal(syntax.Target.Span, local, local.Type), value);
    }

    private void CheckLocalAssignable(LocalSymbol local, Span span)
    {
        if (local.IsParameter)
            Report(span, DiagnosticCatalog.AssignToParameter, local.Name);
        else if (!local.IsMutable && (flow.MayBeAssigned(local) || local.Depth < lambdas.Count))
            Report(span, DiagnosticCatalog.AssignToLet, local.Name);
    }

    /// <summary>The left side of an assignment, as a place and not as its value.</summary>
    private BoundExpression BindTarget(ExpressionSyntax syntax)
    {
        BoundExpression target = syntax switch
        {
            NameSyntax name => BindName(name.Name),
            MemberSyntax { IsSafe: false } member => BindMember(member),
            IndexSyntax index => BindIndex(index),
            _ => BindExpression(syntax),
        };
        if (target is BoundLocal or BoundGlobal or BoundField or BoundElement or BoundAccessorPlace or BoundError)
            return target;
        if (target is BoundStringByte)
            return Error(syntax.Span, DiagnosticCatalog.StringIsImmutable);
        return Error(syntax.Span, DiagnosticCatalog.NotAssignable);
    }

    private void CheckAssignable(BoundExpression target, Span span)
    {
        switch (target)
        {
            case BoundLocal { Local: var local }:
                CheckLocalAssignable(local, span);
                break;
            case BoundGlobal { Global: { IsMutable: false } global }:
                Report(span, DiagnosticCatalog.AssignToLet, global.Name);
                break;
            case BoundField { Field: { IsMutable: false } field } access when !IsFirstAssignment(access):
                Report(span, DiagnosticCatalog.AssignToLet, field.Name);
                break;
        }
    }

    private bool IsFirstAssignment(BoundField access) => InConstructor && access is { Receiver: BoundThis, Field: var field } && field.Class == @class && !flow.MayBeAssigned(field);

    private BoundStatement BindCompoundAssignment(AssignmentSyntax syntax, BinaryOperator @operator)
    {
        BoundExpression target = syntax.Target is IndexSyntax or MemberSyntax { IsSafe: false } or NameSyntax ? RequireAssigned(BindTarget(syntax.Target)) : BindExpression(syntax.Target);
        if (target is BoundAccessorPlace place)
            return BindPlaceCompound(syntax, @operator, place);
        target = target is BoundLocal { Local: var local } ? new BoundLocal(target.Span, local, local.Type) : target;
        if (target is not (BoundLocal or BoundGlobal or BoundField or BoundElement or BoundError))
            target = Error(syntax.Target.Span, target is BoundStringByte ? DiagnosticCatalog.StringIsImmutable : DiagnosticCatalog.NotAssignable);
        var current = new BoundPlaceholder(syntax.Target.Span, target is BoundLocal { Local: var known } ? flow.TypeOf(known) : target.Type);
        BoundExpression value = BindCompoundValue(syntax, @operator, current, target.Type);
        CheckAssignable(target, syntax.Target.Span);
        if (target is BoundLocal { Local: var assigned })
            flow = flow.Forget(assigned);
        return new BoundCompoundAssignment(syntax.Span, target, current, value);
    }

    private BoundExpression BindCompoundValue(AssignmentSyntax syntax, BinaryOperator @operator, BoundExpression current, TarnType type)
    {
        BoundExpression result = @operator == BinaryOperator.Coalesce
            ? BindCoalesce(syntax.Span, current, syntax.Value)
            : BindBinaryStep(syntax.Span, @operator, syntax.Span, current, syntax.Value);
        return IsSmallInteger(type) && result.Type == BuiltInType.Int ? new BoundConversion(syntax.Span, type, result) : Convert(result, type);
    }

    private static bool IsSmallInteger(TarnType type) => type is BuiltInType { Kind: BuiltIn.Byte or BuiltIn.Short };

    private BoundWhile BindWhile(WhileSyntax syntax)
    {
        Loop loop = OpenLoop(syntax);
        (BoundExpression condition, FlowState whenTrue, FlowState whenFalse) = BindCondition(syntax.Condition);
        flow = whenTrue;
        BoundBlock body = BindBlock(syntax.Body);
        CloseLoop(loop, syntax.Condition is BoolLiteralSyntax { Value: true } ? FlowState.Unreachable : whenFalse);
        return new BoundWhile(syntax.Span, loop.Target, condition, body);
    }

    private Loop OpenLoop(LoopSyntax syntax)
    {
        if (syntax.Label is { } label && loops.Any(l => l.Target.Label == label.Text))
            Report(label.Span, DiagnosticCatalog.AlreadyDeclared, label.Text);
        foreach (string name in syntax.AssignedNames)
            ForgetAtLoopHead(name);
        foreach (string name in syntax.NamesAssignedInLambdas)
            ShareAtLoopHead(name);
        var loop = new Loop(new LoopTarget(syntax.Label?.Text));
        loops.Add(loop);
        return loop;
    }

    private void ForgetAtLoopHead(string name)
    {
        if (locals.TryGetValue(name, out LocalSymbol? local))
            flow = flow.Forget(local).AssignPerhaps(local);
        else if (InConstructor && @class!.Members.TryGetValue(name, out MemberSymbol? field))
            flow = flow.AssignPerhaps(field);
    }

    // A function made in one round may change it in the next: nothing that a test says about it holds.
    private void ShareAtLoopHead(string name)
    {
        if (locals.TryGetValue(name, out LocalSymbol? local) && local.IsMutable)
            local.IsUntracked = true;
    }

    private void CloseLoop(Loop loop, FlowState whenDone)
    {
        loops.RemoveAt(loops.Count - 1);
        flow = whenDone.Join(loop.AfterBreak);
    }

    private BoundForRange BindForRange(ForRangeSyntax syntax)
    {
        BoundExpression from = RequireValue(BindExpression(syntax.From));
        BoundExpression to = RequireValue(BindExpression(syntax.To, from.Type));
        BoundExpression step = syntax.Step is null ? new BoundInteger(syntax.Span, BuiltInType.Int, 1) : RequireValue(BindExpression(syntax.Step, StepType(from.Type)));
        TarnType type = RangeType(from, to, syntax);
        if (step is BoundInteger { Value: 0 })
            Report(step.Span, DiagnosticCatalog.StepOfZero);
        (LoopTarget target, LocalSymbol variable, BoundBlock body) = BindRounds(syntax, syntax.Variable, type);
        return new BoundForRange(syntax.Span, target, variable, Convert(from, type), Convert(to, type), syntax.IsClosed, Convert(step, StepType(type)), body);
    }

    /// <summary>The body of a 'for', in which a variable of its own has a value in each round.</summary>
    private (LoopTarget Target, LocalSymbol Variable, BoundBlock Body) BindRounds(LoopSyntax syntax, Identifier name, TarnType type)
    {
        int scope = OpenScope();
        Loop loop = OpenLoop(syntax);
        FlowState before = flow;
        LocalSymbol variable = Declare(name, type, isMutable: false);
        BoundBlock body = BindBlock(syntax.Body);
        CloseLoop(loop, before);
        CloseScope(scope);
        return (loop.Target, variable, body);
    }

    private static TarnType StepType(TarnType type) => type == BuiltInType.Char ? BuiltInType.Int : type;

    private TarnType RangeType(BoundExpression from, BoundExpression to, ForRangeSyntax syntax)
    {
        if (from.Type.IsError || to.Type.IsError)
            return BuiltInType.Error;
        if (from.Type == BuiltInType.Char && to.Type == BuiltInType.Char)
            return BuiltInType.Char;
        TarnType? type = TypeRelations.ArithmeticType(from.Type, to.Type);
        if (type is not null && TypeRelations.IsIntegral(type))
            return type;
        Report(syntax.From.Span.To(syntax.To.Span), DiagnosticCatalog.RangeType, from.Type, to.Type);
        return BuiltInType.Error;
    }

    private BoundStatement BindForEach(ForEachSyntax syntax)
    {
        BoundExpression collection = RequireValue(BindExpression(syntax.Collection));
        if (InlineFunctions.FindForEach(collection.Type) is { } forEach && forEach != function)
            return BindForCall(syntax, collection, forEach);
        if (TypeRelations.ClassOf(collection.Type)?.AsSuper(compilation.Iterable) is { } iterable)
            return BindForIterable(syntax, collection, iterable);
        (LoopTarget target, LocalSymbol variable, BoundBlock body) = BindRounds(syntax, syntax.Variable, ElementType(collection));
        if (collection.Type == BuiltInType.String)
            references.UnionWith(compilation.ScalarFunctions);
        return collection.Type == BuiltInType.String
            ? new BoundForString(syntax.Span, target, variable, collection, body)
            : new BoundForArray(syntax.Span, target, variable, collection, body);
    }

    private static FunctionSymbol MethodOf(ClassSymbol @class, string name) => (FunctionSymbol)@class.Members[name];

    private TarnType ElementType(BoundExpression collection)
    {
        if (collection.Type is ArrayType array)
            return array.Element;
        if (collection.Type == BuiltInType.String)
            return BuiltInType.Char;
        if (!collection.Type.IsError)
            Report(collection.Span, DiagnosticCatalog.NotIterable, collection.Type);
        return BuiltInType.Error;
    }

    private BoundStatement BindBreak(BreakSyntax syntax)
    {
        if (FindLoop(syntax.Label, syntax.Span, "break") is not { } loop)
            return new BoundBlock(syntax.Span, []);
        loop.AfterBreak = loop.AfterBreak.Join(flow);
        flow = FlowState.Unreachable;
        return new BoundBreak(syntax.Span, loop.Target);
    }

    private BoundStatement BindContinue(ContinueSyntax syntax)
    {
        if (FindLoop(syntax.Label, syntax.Span, "continue") is not { } loop)
            return new BoundBlock(syntax.Span, []);
        flow = FlowState.Unreachable;
        return new BoundContinue(syntax.Span, loop.Target);
    }

    private Loop? FindLoop(Identifier? label, Span span, string keyword)
    {
        for (int i = loops.Count - 1; i >= 0; i--)
        {
            if (label is not null && loops[i].Target.Label != label.Value.Text)
                continue;
            CheckStaysInFinally(span, keyword, i);
            LeaveThroughFinallies(i);
            return loops[i];
        }

        if (label is null)
            Report(span, DiagnosticCatalog.OutsideLoop, keyword);
        else
            Report(label.Value.Span, DiagnosticCatalog.UnknownLabel, label.Value.Text);
        return null;
    }
}
