using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Expressions, but for operators, members and calls.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>
    /// Binds an expression. <paramref name="expected"/> is the type its place would like; it only helps literals, ifs and array literals to
    /// find their type: whether the result fits is for <see cref="Convert"/>.
    /// </summary>
    private BoundExpression BindExpression(ExpressionSyntax syntax, TarnType? expected = null) => syntax switch
    {
        NameSyntax s => BindNameValue(s.Name, expected),
        MemberSyntax s => BindMemberValue(s, expected),
        CallSyntax s => BindCall(s, expected),
        IntegerLiteralSyntax s => BindInteger(s, isNegative: false, expected),
        BinarySyntax s => BindBinary(s, expected),
        StringLiteralSyntax s => new BoundString(s.Span, s.Value),
        IndexSyntax s => Read(BindIndex(s)),
        UnarySyntax s => BindUnary(s, expected),
        FloatLiteralSyntax s => new BoundFloat(s.Span, s.IsSingle ? BuiltInType.Float : BuiltInType.Double, s.Value),
        BoolLiteralSyntax s => new BoundInteger(s.Span, BuiltInType.Bool, s.Value ? 1 : 0),
        CharLiteralSyntax s => new BoundInteger(s.Span, BuiltInType.Char, s.Scalar),
        NullLiteralSyntax s => new BoundNull(s.Span, BuiltInType.Null),
        StringTemplateSyntax s => BindTemplate(s),
        ThisSyntax s => BindThis(s.Span),
        SuperSyntax s => Error(s.Span, DiagnosticCatalog.SuperAlone),
        SliceSyntax s => BindSlice(s),
        TypeTestSyntax s => BindTypeTest(s),
        CastSyntax s => BindCast(s),
        NotNullSyntax s => BindNotNull(s),
        MatchSyntax s => BindMatch(s, wantsValue: true, expected),
        IfSyntax s => BindIf(s, wantsValue: true, expected),
        TrySyntax s => BindTry(s, wantsValue: true, expected),
        ThrowSyntax s => BindThrow(s),
        ArrayLiteralSyntax s => BindArrayLiteral(s, expected),
        TupleSyntax s => BindTuple(s, expected),
        NewArraySyntax s => BindNewArray(s),
        LambdaSyntax s => BindLambda(s, expected),
        KnownValueSyntax s => s.Value,
        _ => throw new InvalidOperationException($"No binding for {syntax.GetType().Name}."),
    };

    private BoundExpression BindConverted(ExpressionSyntax syntax, TarnType type) => Convert(RequireValue(BindExpression(syntax, type)), type);

    /// <summary>Refuses an expression of type void where a value is needed.</summary>
    private BoundExpression RequireValue(BoundExpression expression) =>
        expression.Type.IsVoid ? Error(expression.Span, DiagnosticCatalog.NoValue) : expression;

    /// <summary>Makes an expression one of the given type, or reports that it is none.</summary>
    private BoundExpression Convert(BoundExpression expression, TarnType type)
    {
        if (expression.Type == type)
            return expression;
        if (Adapt(expression, type) is { } adapted)
            return adapted;
        if (TypeRelations.IsOptional(type) && Adapt(expression, type.NonNull) is { } inner)
            return new BoundConversion(expression.Span, type, inner);
        switch (TypeRelations.Classify(expression.Type, type))
        {
            case Conversion.Identity:
                return expression;
            case Conversion.Reference or Conversion.Optional when expression is BoundNull:
                return new BoundNull(expression.Span, type);
            case Conversion.Reference or Conversion.Optional when expression.Type == BuiltInType.Null && type.NonNull != BuiltInType.Object:
                return NothingAfter(expression, type);
            case Conversion.Widening:
            case Conversion.Reference:
            case Conversion.Boxing:
                return new BoundConversion(expression.Span, type, expression);
            case Conversion.Optional:
                return ConvertOptional(expression, type);
            default:
                return ReportMismatch(expression, type);
        }
    }

    private BoundError ReportMismatch(BoundExpression expression, TarnType type)
    {
        TarnType from = expression.Type;
        if (from == BuiltInType.Null)
            return Error(expression.Span, DiagnosticCatalog.NullForNonNull, type);
        if (from.IsNullable && TypeRelations.Classify(from.NonNull, type) != Conversion.None)
            return Error(expression.Span, DiagnosticCatalog.MayBeNull, from, type);
        if (TypeRelations.IsArithmetic(from) && TypeRelations.IsArithmetic(type))
            return Error(expression.Span, DiagnosticCatalog.Narrowing, from, type, "to" + char.ToUpperInvariant(type.Name[0]) + type.Name[1..]);
        return Error(expression.Span, DiagnosticCatalog.TypeMismatch, type, from);
    }

    /// <summary>An integer constant becomes one of any numeric type that holds it; null when it is none or does not fit.</summary>
    private static BoundExpression? Adapt(BoundExpression expression, TarnType type)
    {
        if (expression is not BoundInteger { Type: BuiltInType { Kind: BuiltIn.Int or BuiltIn.Long } source, Value: var value } || type is not BuiltInType target)
            return null;
        switch (target.Kind)
        {
            case BuiltIn.Byte when value is >= 0 and <= byte.MaxValue:
            case BuiltIn.Short when value is >= short.MinValue and <= short.MaxValue:
            case BuiltIn.Long:
            case BuiltIn.Int when source == BuiltInType.Int:
                return new BoundInteger(expression.Span, type, value);
            case BuiltIn.Float when (long)(float)value == value && value != long.MaxValue:
            case BuiltIn.Double when (long)(double)value == value && value != long.MaxValue:
                return new BoundFloat(expression.Span, type, value);
            default:
                return null;
        }
    }

    private BoundExpression BindInteger(IntegerLiteralSyntax syntax, bool isNegative, TarnType? expected)
    {
        bool isLong = syntax.IsLong || expected == BuiltInType.Long;
        ulong limit = isLong ? (ulong)long.MaxValue : int.MaxValue;
        ulong magnitude = syntax.Magnitude;
        if (magnitude <= limit || (isNegative && magnitude == limit + 1))
            return new BoundInteger(syntax.Span, isLong ? BuiltInType.Long : BuiltInType.Int, isNegative ? -(long)magnitude : (long)magnitude);
        if (syntax.IsBits && syntax.IsLong)
            return new BoundInteger(syntax.Span, BuiltInType.Long, isNegative ? -(long)magnitude : (long)magnitude);
        if (syntax.IsBits && expected == BuiltInType.Int && magnitude <= uint.MaxValue)
            return new BoundInteger(syntax.Span, BuiltInType.Int, isNegative ? -(int)(uint)magnitude : (int)(uint)magnitude);
        if (TypeRelations.IsFloating(expected ?? BuiltInType.Int) && magnitude <= long.MaxValue)
            return new BoundInteger(syntax.Span, BuiltInType.Long, isNegative ? -(long)magnitude : (long)magnitude);
        return Error(syntax.Span, DiagnosticCatalog.IntegerTooLarge, isLong ? "long" : "int");
    }

    private BoundConcat BindTemplate(StringTemplateSyntax syntax)
    {
        var parts = ImmutableArray.CreateBuilder<BoundExpression>(syntax.Parts.Length);
        foreach (ExpressionSyntax part in syntax.Parts)
            parts.Add(Format(RequireValue(BindExpression(part))));
        return new BoundConcat(syntax.Span, parts.MoveToImmutable());
    }

    private BoundExpression BindThis(Span span) => HasThis ? This(span) : (BoundExpression?)BindExtended(span) ?? Error(span, DiagnosticCatalog.NoThis);

    private BoundExpression BindIndex(IndexSyntax syntax)
    {
        BoundExpression target = RequireValue(BindExpression(syntax.Target));
        if (target.Type is not ArrayType && target.Type != BuiltInType.String && !target.Type.IsError)
            return BindIndexedPlace(syntax, target);
        if (target.Type.IsError)
        {
            BindLoosely(syntax.Index);
            return new BoundError(syntax.Span);
        }

        BoundExpression index = BindConverted(syntax.Index, BuiltInType.Int);
        return target.Type is ArrayType array ? new BoundElement(syntax.Span, target, index, array.Element)
            : new BoundStringByte(syntax.Span, target, index);
    }

    private BoundError NotOnType(BoundExpression target, Span span, string what)
    {
        if (target.Type.IsError)
            return new BoundError(span);
        if (target.Type.IsNullable)
            return Error(target.Span, DiagnosticCatalog.AccessOnNullable, what, target.Type);
        return Error(span, DiagnosticCatalog.NoSuchMember, target.Type, what);
    }

    private BoundExpression BindSlice(SliceSyntax syntax)
    {
        BoundExpression target = RequireValue(BindExpression(syntax.Target));
        BoundExpression? from = syntax.From is null ? null : BindConverted(syntax.From, BuiltInType.Int);
        BoundExpression? to = syntax.To is null ? null : BindConverted(syntax.To, BuiltInType.Int);
        if (target.Type == BuiltInType.String)
            return new BoundSlice(syntax.Span, target, from, to, syntax.IsClosed);
        return NotOnType(target, syntax.Span, "[..]");
    }

    private BoundExpression BindNotNull(NotNullSyntax syntax)
    {
        BoundExpression operand = RequireValue(BindExpression(syntax.Operand));
        if (operand.Type.IsError)
            return operand;
        if (!operand.Type.IsNullable)
            Report(syntax.Span, DiagnosticCatalog.NeverNull, "!!", operand.Type);
        if (operand.Type is NullableType && Trackable(operand) is { } variable)
            flow = flow.Narrow(variable, operand.Type.NonNull);
        return new BoundNotNull(syntax.Span, operand);
    }

    private BoundExpression BindCast(CastSyntax syntax)
    {
        BoundExpression operand = RequireValue(BindExpression(syntax.Operand));
        TarnType type = types.ResolveValue(syntax.Type);
        if (operand.Type.IsError || type.IsError)
            return new BoundError(syntax.Span);
        if (!TypeRelations.MayBe(operand.Type, type.NonNull) && operand.Type != BuiltInType.Null)
            return ReportImpossible(syntax.Span, operand.Type, type);
        return BindCastOf(syntax, operand, type);
    }

    private BoundError ReportImpossible(Span span, TarnType from, TarnType to) =>
        from.IsReference && to.IsReference ? Error(span, DiagnosticCatalog.ImpossibleCast, from, to) : Error(span, DiagnosticCatalog.CastOfNumber, from, to);

    private BoundExpression BindArrayLiteral(ArrayLiteralSyntax syntax, TarnType? expected)
    {
        TarnType? element = (expected?.NonNull as ArrayType)?.Element;
        var values = new BoundExpression[syntax.Elements.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = RequireValue(BindExpression(syntax.Elements[i], element));
        element ??= JoinAll(values, syntax.Span);
        if (element is null or { IsNever: true })
            return values.Length == 0 || element is not null ? Error(syntax.Span, DiagnosticCatalog.EmptyArrayLiteral) : new BoundError(syntax.Span);
        for (int i = 0; i < values.Length; i++)
            values[i] = Convert(values[i], element);
        return new BoundArrayLiteral(syntax.Span, element.Array, AsImmutable(values));
    }

    private static ImmutableArray<BoundExpression> AsImmutable(BoundExpression[] values) =>
        System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(values);

    /// <summary>The type all values convert to; reports where there is none. Null also when one was reported before, or there are no values.</summary>
    private TarnType? JoinAll(ReadOnlySpan<BoundExpression> values, Span span)
    {
        TarnType? joined = null;
        foreach (BoundExpression value in values)
        {
            if (value.Type.IsError)
                return null;
            TarnType? next = joined is null ? value.Type : Adapt(value, joined)?.Type ?? TypeRelations.Join(joined, value.Type);
            if (next is null)
            {
                Report(value.Span, DiagnosticCatalog.TypeMismatch, joined!, value.Type);
                return null;
            }

            joined = next;
        }

        if (joined != BuiltInType.Null)
            return joined;
        Report(span, DiagnosticCatalog.TypeOfNull, "the value");
        return null;
    }

    private BoundExpression BindNewArray(NewArraySyntax syntax)
    {
        TarnType element = types.ResolveValue(syntax.Element);
        var sizes = ImmutableArray.CreateBuilder<BoundExpression>(syntax.Sizes.Length);
        foreach (ExpressionSyntax size in syntax.Sizes)
            sizes.Add(BindConverted(size, BuiltInType.Int));
        (LocalSymbol? index, BoundExpression? initializer) = BindArrayInitializer(syntax, element);
        if (element.IsError)
            return new BoundError(syntax.Span);
        if (initializer is null && HasNoZero(element) && syntax.Sizes is not [IntegerLiteralSyntax { Magnitude: 0 }])
            return Error(syntax.Span, DiagnosticCatalog.NoDefaultElement, element);
        TarnType type = element;
        for (int i = 0; i < sizes.Count; i++)
            type = type.Array;
        return new BoundNewArray(syntax.Span, type, sizes.MoveToImmutable(), index, initializer);
    }

    // The library's collections keep places that hold nothing yet.
    private bool HasNoZero(TarnType element) => element switch
    {
        TypeVariable => !module.IsLibrary,
        ClassType { Symbol.IsValue: true } value => value.Symbol.Fields.Any(f => HasNoZero(FieldType(f, value))),
        _ => element.IsReference && !element.IsNullable,
    };

    private (LocalSymbol? Index, BoundExpression? Value) BindArrayInitializer(NewArraySyntax syntax, TarnType element)
    {
        if (syntax.Initializer is null)
            return (null, null);
        if (syntax.InitializerParameter is not { } parameter)
            return (null, BindConverted(syntax.Initializer, element));
        FlowState before = flow;
        int scope = OpenScope();
        LocalSymbol index = Declare(parameter, BuiltInType.Int, isMutable: false);
        BoundExpression value = BindConverted(syntax.Initializer, element);
        CloseScope(scope);
        flow = before;
        return (index, value);
    }

    private BoundExpression BindIf(IfSyntax syntax, bool wantsValue, TarnType? expected)
    {
        if (wantsValue && syntax.Else is null)
            return Error(syntax.Span, DiagnosticCatalog.IfWithoutElse);
        var clauses = new BoundClause[syntax.Clauses.Length];
        FlowState after = FlowState.Unreachable;
        for (int i = 0; i < clauses.Length; i++)
        {
            (BoundExpression condition, FlowState whenTrue, FlowState whenFalse) = BindCondition(syntax.Clauses[i].Condition);
            flow = whenTrue;
            clauses[i] = new BoundClause(condition, BindBranch(syntax.Clauses[i].Body, wantsValue, expected));
            after = after.Join(flow);
            flow = whenFalse;
        }

        BoundBranch? otherwise = syntax.Else is null ? null : BindBranch(syntax.Else, wantsValue, expected);
        flow = flow.Join(after);
        if (!wantsValue)
            return new BoundIf(syntax.Span, BuiltInType.Void, [.. clauses], otherwise);
        return JoinBranches(syntax, clauses, otherwise!.Value, expected);
    }

    /// <summary>A branch whose value is wanted ends with an expression, or never ends; the latter has no value.</summary>
    private BoundBranch BindBranch(BlockSyntax syntax, bool wantsValue, TarnType? expected)
    {
        hasStatementsInValues |= wantsValue && syntax.Statements.Length > 1;
        StatementSyntax? last = syntax.Statements.IsEmpty ? null : syntax.Statements[^1];
        if (!wantsValue || last is not (ExpressionStatementSyntax or DeferSyntax))
        {
            BoundBlock block = BindBlock(syntax);
            if (wantsValue && flow.IsReachable)
                Report(new Span(syntax.Span.End - 1, syntax.Span.End), DiagnosticCatalog.BranchWithoutValue);
            return new BoundBranch(block.Statements, wantsValue && flow.IsReachable ? new BoundError(syntax.Span) : null);
        }

        int scope = OpenScope();
        var statements = ImmutableArray.CreateBuilder<BoundStatement>(syntax.Statements.Length);
        foreach (StatementSyntax statement in syntax.Statements.AsSpan()[..^1])
            statements.Add(BindStatement(statement));
        BoundExpression value = RequireValue(last is DeferSyntax defer ? BindDeferValue(defer, expected) : BindExpression(((ExpressionStatementSyntax)last).Expression, expected));
        CloseScope(scope);
        if (!value.Type.IsNever)
            return new BoundBranch(statements.ToImmutable(), value);
        statements.Add(new BoundExpressionStatement(last.Span, value));
        return new BoundBranch(statements.ToImmutable(), null);
    }

    private BoundExpression JoinBranches(IfSyntax syntax, BoundClause[] clauses, BoundBranch otherwise, TarnType? expected)
    {
        BoundExpression[] values = [.. clauses.Select(c => c.Body.Value).Append(otherwise.Value).OfType<BoundExpression>()];
        TarnType? type = values.Length == 0 ? BuiltInType.Never : FitsAll(values, expected) ? expected : JoinAll(values, syntax.Span);
        if (type is null)
            return new BoundError(syntax.Span);
        for (int i = 0; i < clauses.Length; i++)
            clauses[i] = clauses[i] with { Body = ConvertBranch(clauses[i].Body, type) };
        return new BoundIf(syntax.Span, type, [.. clauses], ConvertBranch(otherwise, type));
    }

    private static bool FitsAll(BoundExpression[] values, TarnType? expected) =>
        expected is not null && !expected.IsVoid && values.All(v => TypeRelations.Classify(v.Type, expected) != Conversion.None || Adapt(v, expected) is not null);

    private BoundBranch ConvertBranch(BoundBranch branch, TarnType type) => branch.Value is null ? branch : branch with { Value = Convert(branch.Value, type) };
}
