using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Operators that types declare: <c>operator fn +(other: T): R</c> in a class or as an extension. The left operand's type decides. Orders come
/// from <c>&lt;=&gt;</c> or, of a Comparable, from its compareTo.
/// </summary>
internal sealed partial class BodyBinder
{
    private FunctionSymbol? FindOperator(TarnType type, string name, Span span)
    {
        if (type.IsError || type == BuiltInType.Null)
            return null;
        if (TypeRelations.ClassOf(type)?.Symbol.Find(name) is FunctionSymbol { HasReceiver: true } method)
            return method;
        return FindExtension(type, name, span);
    }

    private BoundExpression CallOperator(Span span, BoundExpression target, FunctionSymbol function, ImmutableArray<ArgumentSyntax> arguments)
    {
        if (!IsAccessible(function, span))
            return new BoundError(span);
        if (function.IsExtension)
        {
            return BindArguments(CalleeOf(function, TypeMap.Empty, null) with { Extended = target }, [], arguments, span) is { } extension
                ? CallStatic(span, function, extension.Types, extension.Arguments)
                : new BoundError(span);
        }

        TypeMap map = TypeRelations.ClassOf(target.Type)!.AsSuper(function.Class!)!.Map;
        return BindArguments(CalleeOf(function, map, null), [], arguments, span) is { } call
            ? CallMethod(span, target, function, call.Types, call.Arguments)
            : new BoundError(span);
    }

    private BoundExpression CallOperator(Span span, BoundExpression target, FunctionSymbol function, ExpressionSyntax argument) =>
        CallOperator(span, target, function, [new ArgumentSyntax(argument.Span, null, argument)]);

    /// <summary>An operator between two operands that the left one's type declares; null when it declares none. Before the language's own only where it has none.</summary>
    private BoundExpression? BindDeclaredOperator(Span span, BinaryOperator @operator, BoundExpression left, ExpressionSyntax right)
    {
        if (@operator is >= BinaryOperator.Less and <= BinaryOperator.GreaterOrEqual)
            return FindOrder(left.Type, span) is { } order ? new BoundBinary(span, BuiltInType.Bool, @operator, CallOperator(span, left, order, right), new BoundInteger(span, BuiltInType.Int, 0)) : null;
        if (@operator == BinaryOperator.Compare)
            return FindOrder(left.Type, span) is { } comparison ? CallOperator(span, left, comparison, right) : null;
        return @operator >= BinaryOperator.Add && FindOperator(left.Type, Text(@operator), span) is { } function ? CallOperator(span, left, function, right) : null;
    }

    private static bool HasNoOperators(TarnType type) => type is ClassType or TypeVariable { Parameter.IsComparable: false };

    /// <summary>What orders a class's objects.</summary>
    private FunctionSymbol? FindOrder(TarnType type, Span span)
    {
        if (FindOperator(type, "<=>", span) is { } @operator)
            return @operator;
        return TypeRelations.ClassOf(type) is { } @class && @class.AsSuper(compilation.Comparable) is not null ? @class.Symbol.Find("compareTo") as FunctionSymbol : null;
    }

    /// <summary><c>a &lt;=&gt; b</c> of values that the language itself orders.</summary>
    private BoundExpression? Order(Span span, BoundExpression left, BoundExpression right)
    {
        TarnType? type = left.Type == right.Type && (left.Type == BuiltInType.String || left.Type is TypeVariable { Parameter.IsComparable: true }) ? left.Type : OperandType(left, right);
        return type is null ? null : CallPrelude(span, "compare", type, [Convert(left, type), Convert(right, type)]);
    }

    /// <summary><c>element in collection</c>: the collection's type declares it, the element is evaluated first.</summary>
    private BoundExpression BindIn(Span span, BoundExpression element, ExpressionSyntax collectionSyntax)
    {
        LocalSymbol held = Unnamed(element.Span, element.Type);
        BoundExpression collection = RequireValue(BindExpression(collectionSyntax));
        if (element.Type.IsError || collection.Type.IsError)
            return new BoundError(span);
        if (FindOperator(collection.Type, "in", span) is not { } function)
            return Error(span, DiagnosticCatalog.BinaryOperator, "in", element.Type, collection.Type);
        BoundExpression value = IsConstant(element) ? element : new BoundLocal(element.Span, held, held.Type);
        var known = new KnownValueSyntax(element.Span, value);
        BoundExpression call = CallOperator(span, collection, function, known);
        return IsConstant(element) || call.Type.IsError ? call : new BoundLet(span, held, element, call);
    }

    private static bool IsConstant(BoundExpression expression) => expression is BoundInteger or BoundFloat or BoundString or BoundNull;

    /// <summary>An argument that is bound already.</summary>
    private sealed record KnownValueSyntax(Span Span, BoundExpression Value) : ExpressionSyntax(Span);

    /// <summary><c>==</c> where the left operand's class declares it: null equals null alone, and the operator never meets it.</summary>
    private BoundExpression? DeclaredEquality(Span span, BinaryOperator @operator, BoundExpression left, BoundExpression right)
    {
        if (@operator is not (BinaryOperator.Equal or BinaryOperator.NotEqual) || right is BoundNull || left is BoundNull || FindOperator(left.Type.NonNull, "==", span) is not { } function)
            return null;
        LocalSymbol first = Unnamed(left.Span, left.Type);
        LocalSymbol second = Unnamed(right.Span, right.Type);
        BoundExpression call = CallOperator(span, NonNull(left, first), function, new KnownValueSyntax(right.Span, NonNull(right, second)));
        if (call.Type.IsError)
            return call;
        var clauses = ImmutableArray.CreateBuilder<BoundClause>();
        if (left.Type.IsNullable)
            clauses.Add(new BoundClause(IsNull(left, first), Branch(right.Type.IsNullable ? IsNull(right, second) : Constant(span, false))));
        if (right.Type.IsNullable)
            clauses.Add(new BoundClause(IsNull(right, second), Branch(Constant(span, false))));
        BoundExpression equal = clauses.Count == 0 ? call : new BoundIf(span, BuiltInType.Bool, clauses.ToImmutable(), Branch(call));
        equal = new BoundLet(span, first, left, new BoundLet(span, second, right, equal));
        return @operator == BinaryOperator.Equal ? equal : new BoundUnary(span, UnaryOperator.Not, equal);
    }

    private static BoundLocal NonNull(BoundExpression value, LocalSymbol held) => new(value.Span, held, value.Type.NonNull);

    private static BoundBinary IsNull(BoundExpression value, LocalSymbol held) =>
        new(value.Span, BuiltInType.Bool, BinaryOperator.Identical, new BoundLocal(value.Span, held, held.Type), new BoundNull(value.Span, BuiltInType.Null));

    private static BoundInteger Constant(Span span, bool value) => new(span, BuiltInType.Bool, value ? 1 : 0);

    private static BoundBranch Branch(BoundExpression value) => new([], value);

    /// <summary><c>-a</c> or <c>!a</c> of a type that declares it; null when it does not.</summary>
    private BoundExpression? DeclaredUnary(Span span, UnaryOperator @operator, BoundExpression operand) =>
        operand.Type is not BuiltInType && @operator is UnaryOperator.Negate or UnaryOperator.Not && FindOperator(operand.Type, "unary " + Text(@operator), span) is { } function
            ? CallOperator(span, operand, function, ImmutableArray<ArgumentSyntax>.Empty)
            : null;

    /// <summary>What an object holds at an index.</summary>
    private BoundExpression BindIndexedPlace(IndexSyntax syntax, BoundExpression target)
    {
        FunctionSymbol? getter = FindOperator(target.Type, "[]", syntax.Span);
        FunctionSymbol? setter = FindOperator(target.Type, "[]=", syntax.Span);
        if ((getter ?? setter) is not { } function)
        {
            BindLoosely(syntax.Index);
            return NotOnType(target, syntax.Span, "[]");
        }

        if (HasWrongArity(getter, 1) || HasWrongArity(setter, 2))
        {
            BindLoosely(syntax.Index);
            return new BoundError(syntax.Span);
        }

        AccessorCall? get = getter is null ? null : new AccessorCall(getter, MapOf(getter, target));
        AccessorCall? set = setter is null ? null : new AccessorCall(setter, MapOf(setter, target));
        BoundExpression index = RequireValue(BindExpression(syntax.Index, (get ?? set)!.ParameterType(IndexParameter(function))));
        return new BoundAccessorPlace(syntax.Span, TypeOfPlace(get, set), "[]", target, index, get, set);
    }

    /// <summary>That was reported where the operator is declared.</summary>
    private static bool HasWrongArity(FunctionSymbol? function, int operands) => function is not null && function.Parameters.Length != IndexParameter(function) + operands;

    private static int IndexParameter(FunctionSymbol function) => function.IsExtension ? 1 : 0;

    /// <summary>What the type parameters of an operator's class, or of one that extends, stand for.</summary>
    private static TypeMap MapOf(FunctionSymbol function, BoundExpression target)
    {
        if (!function.IsExtension)
            return TypeRelations.ClassOf(target.Type)!.AsSuper(function.Class!)!.Map;
        var inference = new TypeInference(function.TypeParameters, TypeMap.Empty);
        inference.Unify(function.Parameters[0].Type, target.Type);
        return inference.Map;
    }
}
