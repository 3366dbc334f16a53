using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Values that may be null but are no references: of numbers, value classes and type parameters.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>Between a value and an optional, or from one optional to another type with null: what it holds is converted.</summary>
    private BoundExpression ConvertOptional(BoundExpression expression, TarnType type)
    {
        if (expression.Type.IsNullable)
            return ConvertNullable(expression, type);
        BoundExpression inner = Convert(expression, type.NonNull);
        return inner.Type.IsError ? inner : new BoundConversion(expression.Span, type, inner);
    }

    /// <summary>Null, after what computes nothing else.</summary>
    private BoundLet NothingAfter(BoundExpression expression, TarnType type)
    {
        TarnType held = BuiltInType.Object.Nullable;
        return new BoundLet(expression.Span, Unnamed(expression.Span, held), new BoundConversion(expression.Span, held, expression), new BoundNull(expression.Span, type));
    }

    private BoundSafeAccess ConvertNullable(BoundExpression expression, TarnType type)
    {
        var held = new BoundPlaceholder(expression.Span, expression.Type.NonNull);
        return new BoundSafeAccess(expression.Span, type, expression, held, Convert(held, type));
    }

    /// <summary>A value of an optional that a test has shown to hold something of the given type.</summary>
    private static BoundExpression Unwrapped(Span span, BoundExpression optional, TarnType type)
    {
        var held = new BoundUnwrap(span, optional);
        return held.Type == type ? held : new BoundCast(span, type, held, IsSafe: false);
    }

    /// <summary>Null is equal to null alone; values are compared as the type without null has it.</summary>
    private BoundExpression? EqualityOfOptionals(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        if (left.Type == BuiltInType.Null || right.Type == BuiltInType.Null)
            return new BoundBinary(span, BuiltInType.Bool, @operator, left, right);
        if (left.Type.IsReference && right.Type.IsReference)
            return MayBeEqual(left.Type, right.Type) ? ReferenceEquality(span, @operator, left, right) : null;
        TarnType? type = JoinOrAdapt(left.Type, right) ?? JoinOrAdapt(right.Type, left);
        if (type is null || @operator is BinaryOperator.Identical or BinaryOperator.NotIdentical)
            return null;
        return EqualityOfVariables(span, @operator, Convert(left, type), Convert(right, type));
    }

    private BoundBinary ReferenceEquality(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        TarnType type = BuiltInType.Object.Nullable;
        return new BoundBinary(span, BuiltInType.Bool, @operator, Convert(left, type), Convert(right, type));
    }

    private static TarnType? JoinOrAdapt(TarnType type, BoundExpression other) =>
        Adapt(other, type.NonNull) is null ? TypeRelations.Join(type, other.Type) : type;

    private BoundOptionalCoalesce CoalesceOptional(Span span, TarnType type, BoundExpression left, BoundExpression right)
    {
        var held = new BoundPlaceholder(span, left.Type.NonNull);
        return new BoundOptionalCoalesce(span, type, left, held, Convert(held, type), Convert(right, type));
    }

    private BoundExpression BindCastOf(CastSyntax syntax, BoundExpression operand, TarnType type)
    {
        if (!TypeRelations.IsOptional(operand.Type))
            return new BoundCast(syntax.Span, syntax.IsSafe ? type.Nullable : type, operand, syntax.IsSafe);
        if (!syntax.IsSafe && !type.IsNullable)
            return new BoundCast(syntax.Span, type, new BoundNotNull(syntax.Span, operand), IsSafe: false);
        var held = new BoundPlaceholder(syntax.Span, operand.Type.NonNull);
        var cast = new BoundCast(syntax.Span, type.Nullable, held, syntax.IsSafe);
        return new BoundSafeAccess(syntax.Span, type.Nullable, operand, held, cast);
    }
}
