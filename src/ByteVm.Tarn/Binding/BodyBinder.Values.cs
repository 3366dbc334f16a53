using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Value classes: the methods they have by themselves, and equality.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>Mixes the hash of each further field in.</summary>
    private const int HashFactor = 31;

    private BoundBlock BindValueMethod(ValueMethod method)
    {
        Span span = @class!.NameSpan;
        BoundExpression value = method switch
        {
            ValueMethod.EqualsValue => FieldsAreEqual(span),
            ValueMethod.EqualsObject => IsEqualBox(span),
            ValueMethod.Hash => HashOfFields(span),
            ValueMethod.Text => JoinParts(span, NameOf(@class.Type), @class.Fields.Select(f => TextOfPart(FieldOfThis(f)))),
        };
        return new BoundBlock(span, [new BoundReturn(span, value)]);
    }

    private BoundExpression FieldsAreEqual(Span span)
    {
        LocalSymbol other = function!.Parameters[0];
        var comparisons = ImmutableArray.CreateBuilder<BoundExpression>();
        foreach (FieldSymbol field in @class!.Fields)
        {
            TarnType type = compilation.TypeOf(field) ?? BuiltInType.Error;
            comparisons.Add(FieldEquality(span, FieldOfThis(field), new BoundField(span, new BoundLocal(span, other, other.Type), field, type)));
        }

        return comparisons.Count switch
        {
            0 => new BoundInteger(span, BuiltInType.Bool, 1),
            1 => comparisons[0],
            _ => new BoundLogical(span, IsAnd: true, comparisons.ToImmutable()),
        };
    }

    /// <summary>As collections have it: objects that are Hashable say it themselves.</summary>
    private BoundExpression FieldEquality(Span span, BoundExpression left, BoundExpression right)
    {
        bool isPlain = TypeRelations.IsArithmetic(left.Type) || left.Type == BuiltInType.Bool || left.Type.NonNull == BuiltInType.String;
        return isPlain ? new BoundBinary(span, BuiltInType.Bool, BinaryOperator.Equal, left, right)
            : TypeRelations.IsValue(left.Type) ? EqualityOfValues(span, BinaryOperator.Equal, left, right)
            : CallPrelude(span, "areEqual", left.Type, [left, right]);
    }

    private BoundLogical IsEqualBox(Span span)
    {
        LocalSymbol other = function!.Parameters[0];
        var box = new BoundLocal(span, other, other.Type);
        var value = new BoundCast(span, @class!.Type, box, IsSafe: false);
        return new BoundLogical(span, IsAnd: true, [new BoundTypeTest(span, box, @class.Type), EqualityOfValues(span, BinaryOperator.Equal, This(span), value)]);
    }

    private BoundExpression HashOfFields(Span span)
    {
        BoundExpression? hash = null;
        foreach (FieldSymbol field in @class!.Fields)
        {
            BoundExpression next = CallPrelude(span, "hashOf", compilation.TypeOf(field) ?? BuiltInType.Error, [FieldOfThis(field)]);
            hash = hash is null ? next : Combine(span, BinaryOperator.Add, Combine(span, BinaryOperator.Multiply, hash, new BoundInteger(span, BuiltInType.Int, HashFactor)), next);
        }

        return hash ?? new BoundInteger(span, BuiltInType.Int, 0);
    }

    private static BoundBinary Combine(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right) =>
        new(span, BuiltInType.Int, @operator, left, right);

    private BoundExpression EqualityOfValues(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        var type = (ClassType)left.Type;
        BoundCall equal = CallMethod(span, left, MethodOf(type.Symbol, "equals"), type.Map, [right]);
        return @operator == BinaryOperator.Equal ? equal : new BoundUnary(span, UnaryOperator.Not, equal);
    }

    private TarnType FieldType(FieldSymbol field, ClassType owner) => (compilation.TypeOf(field) ?? BuiltInType.Error).Substitute(owner.Map);
}
