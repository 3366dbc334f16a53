using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Operators, and conditions with what they say about variables.</summary>
internal sealed partial class BodyBinder
{
    private BoundExpression BindUnary(UnarySyntax syntax, TarnType? expected)
    {
        if (syntax.Operator == UnaryOperator.Not)
            return BindAsCondition(syntax);
        if (syntax is { Operator: UnaryOperator.Negate, Operand: IntegerLiteralSyntax literal })
            return BindInteger(literal, isNegative: true, expected) with { Span = syntax.Span };
        BoundExpression operand = RequireValue(BindExpression(syntax.Operand, expected));
        if (operand.Type.IsError)
            return operand;
        if (DeclaredUnary(syntax.Span, syntax.Operator, operand) is { } declared)
            return declared;
        bool isDefined = syntax.Operator == UnaryOperator.Complement ? TypeRelations.IsIntegral(operand.Type) : TypeRelations.IsArithmetic(operand.Type);
        if (!isDefined)
            return Error(syntax.Span, DiagnosticCatalog.UnaryOperator, Text(syntax.Operator), operand.Type);
        operand = Convert(operand, TypeRelations.Promote(operand.Type));
        if (operand is BoundFloat number && syntax.Operator == UnaryOperator.Negate)
            return number with { Span = syntax.Span, Value = -number.Value };
        return syntax.Operator == UnaryOperator.Plus ? operand : new BoundUnary(syntax.Span, syntax.Operator, operand);
    }

    /// <summary>A chain of binary operators, from its leftmost operand up, without recursion along it.</summary>
    private BoundExpression BindBinary(BinarySyntax syntax, TarnType? expected)
    {
        if (IsLogical(syntax.Operator))
            return BindAsCondition(syntax);
        var spine = new Stack<BinarySyntax>();
        ExpressionSyntax leftmost = syntax;
        while (leftmost is BinarySyntax binary && !IsLogical(binary.Operator))
        {
            spine.Push(binary);
            leftmost = binary.Left;
        }

        BoundExpression left = RequireValue(BindExpression(leftmost, expected));
        while (spine.TryPop(out BinarySyntax? binary))
        {
            left = binary.Operator == BinaryOperator.Add && StartsConcat(left, binary.Right)
                ? BindConcat(left, binary, spine)
                : BindStep(binary, left);
        }

        return left;
    }

    private static bool IsLogical(BinaryOperator @operator) => @operator is BinaryOperator.And or BinaryOperator.Or;

    private static bool StartsConcat(BoundExpression left, ExpressionSyntax right) =>
        left.Type == BuiltInType.String || right is StringLiteralSyntax or StringTemplateSyntax;

    private BoundConcat BindConcat(BoundExpression left, BinarySyntax first, Stack<BinarySyntax> spine)
    {
        var parts = ImmutableArray.CreateBuilder<BoundExpression>();
        if (left is BoundConcat concat)
            parts.AddRange(concat.Parts);
        else
            parts.Add(Format(left));
        BinarySyntax last = first;
        parts.Add(Format(RequireValue(BindExpression(first.Right))));
        while (spine.TryPeek(out BinarySyntax? next) && next.Operator == BinaryOperator.Add)
        {
            last = spine.Pop();
            parts.Add(Format(RequireValue(BindExpression(last.Right))));
        }

        return new BoundConcat(last.Span, parts.ToImmutable());
    }

    private BoundExpression BindStep(BinarySyntax syntax, BoundExpression left) =>
        syntax.Operator == BinaryOperator.Coalesce
            ? BindCoalesce(syntax.Span, left, syntax.Right)
            : BindBinaryStep(syntax.Span, syntax.Operator, syntax.OperatorSpan, left, syntax.Right);

    private BoundExpression BindBinaryStep(Span span, BinaryOperator @operator, Span operatorSpan, BoundExpression left, ExpressionSyntax rightSyntax)
    {
        if (@operator == BinaryOperator.In)
            return BindIn(span, left, rightSyntax);
        if (HasNoOperators(left.Type) && BindDeclaredOperator(span, @operator, left, rightSyntax) is { } declared)
            return declared;
        TarnType expected = IsShift(@operator) ? BuiltInType.Int : TypeRelations.IsArithmetic(left.Type) ? TypeRelations.Promote(left.Type) : left.Type;
        BoundExpression right = RequireValue(BindExpression(rightSyntax, expected));
        if (left.Type.IsError || right.Type.IsError)
            return new BoundError(span);
        if (@operator == BinaryOperator.Add && (left.Type == BuiltInType.String || right.Type == BuiltInType.String))
            return new BoundConcat(span, [Format(left), Format(right)]);
        if (right is BoundNull)
            left = AsDeclared(left);
        if (left is BoundNull)
            right = AsDeclared(right);
        BoundExpression? bound = @operator switch
        {
            >= BinaryOperator.Equal and <= BinaryOperator.NotIdentical => DeclaredEquality(span, @operator, left, right) ?? Equality(span, @operator, left, right),
            BinaryOperator.Compare => Order(span, left, right),
            >= BinaryOperator.Less and <= BinaryOperator.GreaterOrEqual => Comparison(span, @operator, left, right),
            >= BinaryOperator.ShiftLeft and <= BinaryOperator.ShiftRightUnsigned => Shift(span, @operator, left, right),
            >= BinaryOperator.BitOr and <= BinaryOperator.BitAnd => Bits(span, @operator, left, right),
            _ => Arithmetic(span, @operator, left, right),
        };
        bound ??= BindDeclaredOperator(span, @operator, left, new KnownValueSyntax(right.Span, right));
        return bound ?? ReportOperands(@operator, operatorSpan, left, right);
    }

    /// <summary>A variable as it is declared: asking for null is no error where the way there has shown that there is a value.</summary>
    private static BoundExpression AsDeclared(BoundExpression expression) => expression switch
    {
        BoundLocal { Type.IsNullable: false, Local: { Type: NullableType type } local } => new BoundLocal(expression.Span, local, type),
        BoundUnwrap { Operand: BoundField field } => field,
        _ => expression,
    };

    private BoundError ReportOperands(BinaryOperator @operator, Span operatorSpan, BoundExpression left, BoundExpression right)
    {
        foreach (BoundExpression operand in (ReadOnlySpan<BoundExpression>)[left, right])
        {
            if (operand.Type is NullableType && @operator is not (BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Identical or BinaryOperator.NotIdentical))
                return Error(operand.Span, DiagnosticCatalog.MayBeNull, operand.Type, operand.Type.NonNull);
        }

        return Error(operatorSpan, DiagnosticCatalog.BinaryOperator, Text(@operator), left.Type, right.Type);
    }

    private static bool IsShift(BinaryOperator @operator) => @operator is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight or BinaryOperator.ShiftRightUnsigned;

    /// <summary>The type both operands are given; constants adapt to the other side.</summary>
    private static BuiltInType? OperandType(BoundExpression left, BoundExpression right)
    {
        if (TypeRelations.ArithmeticType(left.Type, right.Type) is { } type)
            return type;
        if (TypeRelations.IsNumeric(left.Type) && Adapt(right, left.Type) is not null)
            return (BuiltInType)left.Type;
        return TypeRelations.IsNumeric(right.Type) && Adapt(left, right.Type) is not null ? (BuiltInType)right.Type : null;
    }

    private BoundBinary? Arithmetic(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right) =>
        OperandType(left, right) is { } type ? new BoundBinary(span, type, @operator, Convert(left, type), Convert(right, type)) : null;

    private BoundBinary? Bits(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        if (left.Type == BuiltInType.Bool && right.Type == BuiltInType.Bool)
            return new BoundBinary(span, BuiltInType.Bool, @operator, left, right);
        return OperandType(left, right) is { } type && TypeRelations.IsIntegral(type)
            ? new BoundBinary(span, type, @operator, Convert(left, type), Convert(right, type))
            : null;
    }

    private BoundBinary? Shift(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        if (!TypeRelations.IsIntegral(left.Type) || !TypeRelations.IsIntegral(right.Type) || TypeRelations.Promote(right.Type) != BuiltInType.Int)
            return null;
        BuiltInType type = TypeRelations.Promote(left.Type);
        return new BoundBinary(span, type, @operator, Convert(left, type), Convert(right, BuiltInType.Int));
    }

    private BoundBinary? Comparison(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        if (left.Type == BuiltInType.String && right.Type == BuiltInType.String)
            return new BoundBinary(span, BuiltInType.Bool, @operator, left, right);
        if (left.Type is TypeVariable { Parameter.IsComparable: true } && right.Type == left.Type)
            return new BoundBinary(span, BuiltInType.Bool, @operator, CallPrelude(span, "compare", left.Type, [left, right]), new BoundInteger(span, BuiltInType.Int, 0));
        return OperandType(left, right) is { } type ? new BoundBinary(span, BuiltInType.Bool, @operator, Convert(left, type), Convert(right, type)) : null;
    }

    private BoundExpression? Equality(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        bool isIdentity = @operator is BinaryOperator.Identical or BinaryOperator.NotIdentical;
        if (TypeRelations.IsOptional(left.Type) || TypeRelations.IsOptional(right.Type))
            return EqualityOfOptionals(span, @operator, left, right);
        if (!isIdentity && EnumEquality(span, @operator, left, right) is { } byValue)
            return byValue;
        if (left.Type.IsReference && right.Type.IsReference)
            return MayBeEqual(left.Type, right.Type) ? new BoundBinary(span, BuiltInType.Bool, @operator, left, right) : null;
        if (isIdentity)
            return null;
        if (TypeRelations.IsValue(left.Type) && right.Type == left.Type)
            return EqualityOfValues(span, @operator, left, right);
        if (left.Type is TypeVariable && right.Type == left.Type)
            return EqualityOfVariables(span, @operator, left, right);
        if (left.Type == BuiltInType.Bool && right.Type == BuiltInType.Bool)
            return new BoundBinary(span, BuiltInType.Bool, @operator, left, right);
        return OperandType(left, right) is { } type ? new BoundBinary(span, BuiltInType.Bool, @operator, Convert(left, type), Convert(right, type)) : null;
    }

    private BoundExpression EqualityOfVariables(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        BoundCall equal = CallPrelude(span, "isSame", left.Type, [left, right]);
        return @operator == BinaryOperator.Equal ? equal : new BoundUnary(span, UnaryOperator.Not, equal);
    }

    private static bool MayBeEqual(TarnType left, TarnType right) =>
        left == BuiltInType.Null || right == BuiltInType.Null || TypeRelations.MayBe(left, right.NonNull);

    private BoundExpression BindCoalesce(Span span, BoundExpression left, ExpressionSyntax rightSyntax)
    {
        if (!left.Type.IsNullable && !left.Type.IsError)
            Report(left.Span, DiagnosticCatalog.NeverNull, "??", left.Type);
        FlowState before = flow;
        BoundExpression right = RequireValue(BindExpression(rightSyntax, left.Type.NonNull));
        flow = right.Type.IsNever ? before : before.Join(flow);
        if (left.Type.IsError || right.Type.IsError)
            return new BoundError(span);
        TarnType? type = left.Type == BuiltInType.Null ? right.Type : JoinOrAdapt(left.Type.NonNull, right);
        if (type is not null && TypeRelations.IsOptional(left.Type))
            return CoalesceOptional(span, type, left, right);
        return type is null
            ? Error(right.Span, DiagnosticCatalog.TypeMismatch, left.Type.NonNull, right.Type)
            : new BoundCoalesce(span, type, left, Convert(right, type));
    }

    private BoundExpression BindAsCondition(ExpressionSyntax syntax)
    {
        (BoundExpression condition, FlowState whenTrue, FlowState whenFalse) = BindCondition(syntax);
        flow = whenTrue.Join(whenFalse);
        return condition;
    }

    /// <summary>A bool expression and what holds after it, for each outcome.</summary>
    private (BoundExpression Condition, FlowState WhenTrue, FlowState WhenFalse) BindCondition(ExpressionSyntax syntax)
    {
        switch (syntax)
        {
            case BinarySyntax { Operator: BinaryOperator.And or BinaryOperator.Or } logical:
                return BindLogical(logical);
            case UnarySyntax { Operator: UnaryOperator.Not } not:
                (BoundExpression inner, FlowState whenTrue, FlowState whenFalse) = BindNegated(not);
                return (inner, whenFalse, whenTrue);
            default:
                return Condition(RequireValue(BindExpression(syntax)));
        }
    }

    private (BoundExpression Condition, FlowState WhenTrue, FlowState WhenFalse) Condition(BoundExpression value)
    {
        BoundExpression condition = Convert(value, BuiltInType.Bool);
        (FlowState whenTrue, FlowState whenFalse) = Learn(condition);
        return (condition, whenTrue, whenFalse);
    }

    /// <summary>A negation, and what holds when its operand is true and when it is false.</summary>
    private (BoundExpression Negation, FlowState WhenTrue, FlowState WhenFalse) BindNegated(UnarySyntax not)
    {
        bool isNested = not.Operand is UnarySyntax { Operator: UnaryOperator.Not } or BinarySyntax { Operator: BinaryOperator.And or BinaryOperator.Or };
        BoundExpression? value = isNested ? null : RequireValue(BindExpression(not.Operand));
        if (value is not null && DeclaredUnary(not.Span, UnaryOperator.Not, value) is { } declared)
        {
            (BoundExpression condition, FlowState declaredTrue, FlowState declaredFalse) = Condition(declared);
            return (condition, declaredFalse, declaredTrue);
        }

        (BoundExpression inner, FlowState whenTrue, FlowState whenFalse) = value is null ? BindCondition(not.Operand) : Condition(value);
        return (inner.Type.IsError ? inner : new BoundUnary(not.Span, UnaryOperator.Not, inner), whenTrue, whenFalse);
    }

    private (BoundExpression Condition, FlowState WhenTrue, FlowState WhenFalse) BindLogical(BinarySyntax syntax)
    {
        var operands = ImmutableArray.CreateBuilder<BoundExpression>();
        bool isAnd = syntax.Operator == BinaryOperator.And;
        FlowState decidedEarly = FlowState.Unreachable;
        foreach (ExpressionSyntax operand in Flatten(syntax))
        {
            (BoundExpression bound, FlowState whenTrue, FlowState whenFalse) = BindCondition(operand);
            operands.Add(bound);
            decidedEarly = decidedEarly.Join(isAnd ? whenFalse : whenTrue);
            flow = isAnd ? whenTrue : whenFalse;
        }

        var condition = new BoundLogical(syntax.Span, isAnd, operands.ToImmutable());
        return isAnd ? (condition, flow, decidedEarly) : (condition, decidedEarly, flow);
    }

    private static Stack<ExpressionSyntax> Flatten(BinarySyntax syntax)
    {
        var operands = new Stack<ExpressionSyntax>();
        ExpressionSyntax current = syntax;
        while (current is BinarySyntax binary && binary.Operator == syntax.Operator)
        {
            operands.Push(binary.Right);
            current = binary.Left;
        }

        operands.Push(current);
        return operands;
    }

    /// <summary>What a test says about the local it tests.</summary>
    private (FlowState WhenTrue, FlowState WhenFalse) Learn(BoundExpression condition)
    {
        switch (condition)
        {
            case BoundTypeTest { Operand: var operand, Tested: var tested } when Trackable(operand) is { } variable:
                return (TypeRelations.IsSubtype(operand.Type, tested) ? flow : flow.Narrow(variable, tested), flow);
            case BoundBinary { Operator: BinaryOperator.Equal or BinaryOperator.Identical } equality when NullTested(equality) is { } tested:
                return (flow, NarrowToNonNull(tested));
            case BoundBinary { Operator: BinaryOperator.NotEqual or BinaryOperator.NotIdentical } equality when NullTested(equality) is { } tested:
                return (NarrowToNonNull(tested), flow);
            default:
                return (flow, flow);
        }
    }

    private FlowState NarrowToNonNull(BoundExpression tested) => flow.Narrow(Trackable(tested)!, tested.Type.NonNull);

    /// <summary>What is tested for null, if it can be tracked.</summary>
    private static BoundExpression? NullTested(BoundBinary equality)
    {
        BoundExpression? tested = equality.Right is BoundNull ? equality.Left : equality.Left is BoundNull ? equality.Right : null;
        return tested is not null && Trackable(tested) is not null ? tested : null;
    }

    /// <summary>The variable whose value an expression is, if only an assignment in sight can change it: a local, or a let field of this.</summary>
    private static Symbol? Trackable(BoundExpression expression) => expression switch
    {
        BoundLocal { Local.IsUntracked: false } local => local.Local,
        BoundField { Receiver: BoundThis, Field: { IsMutable: false } field } => field,
        BoundUnwrap { Operand: BoundField { Receiver: BoundThis, Field: { IsMutable: false } field } } => field,
        BoundCast { IsSafe: false, Operand: BoundField { Receiver: BoundThis, Field: { IsMutable: false } field } } => field,
        _ => null,
    };

    private BoundExpression BindTypeTest(TypeTestSyntax syntax)
    {
        BoundExpression operand = RequireValue(BindExpression(syntax.Operand));
        TarnType type = types.ResolveValue(syntax.Type);
        if (operand.Type.IsError || type.IsError)
            return new BoundError(syntax.Span);
        if (type.IsNullable)
            return Error(syntax.Type.Span, DiagnosticCatalog.TestOfNullable, type);
        if (operand.Type.NonNull == type && TypeRelations.IsOptional(operand.Type) && type is not TypeVariable)
            return new BoundBinary(syntax.Span, BuiltInType.Bool, BinaryOperator.NotEqual, operand, new BoundNull(syntax.Span, operand.Type));
        return TypeRelations.MayBe(operand.Type, type)
            ? new BoundTypeTest(syntax.Span, operand, type)
            : ReportImpossible(syntax.Span, operand.Type, type);
    }

    private static string Text(UnaryOperator @operator) => @operator switch
    {
        UnaryOperator.Negate => "-",
        UnaryOperator.Plus => "+",
        UnaryOperator.Not => "!",
        UnaryOperator.Complement => "~",
    };

    private static string Text(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => "||",
        BinaryOperator.And => "&&",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Identical => "===",
        BinaryOperator.NotIdentical => "!==",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Coalesce => "??",
        BinaryOperator.BitOr => "|",
        BinaryOperator.BitXor => "^",
        BinaryOperator.BitAnd => "&",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.ShiftRightUnsigned => ">>>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Remainder => "%",
        BinaryOperator.Compare => "<=>",
        BinaryOperator.In => "in",
    };
}
