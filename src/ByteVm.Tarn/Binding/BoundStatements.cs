using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>The typed tree's statements: names resolved, types checked, conversions explicit.</summary>
internal abstract record BoundStatement(Span Span);

internal sealed record BoundBlock(Span Span, ImmutableArray<BoundStatement> Statements) : BoundStatement(Span);

internal sealed record BoundExpressionStatement(Span Span, BoundExpression Expression) : BoundStatement(Span);

/// <summary>A local, set unless <see cref="Initializer"/> is null: then an assignment follows before any use.</summary>
internal sealed record BoundLocalDeclaration(Span Span, LocalSymbol Local, BoundExpression? Initializer) : BoundStatement(Span);

/// <summary>Target is a local, global, field or array element.</summary>
internal sealed record BoundAssignment(Span Span, BoundExpression Target, BoundExpression Value) : BoundStatement(Span);

/// <summary>
/// <c>target op= value</c>: the target's own operands are evaluated once. <see cref="Value"/> computes the new value from
/// <see cref="Current"/>, which stands for the target's present value.
/// </summary>
internal sealed record BoundCompoundAssignment(Span Span, BoundExpression Target, BoundPlaceholder Current, BoundExpression Value) : BoundStatement(Span);

/// <summary>What break and continue go to.</summary>
internal sealed class LoopTarget(string? label)
{
    public string? Label { get; } = label;
}

internal sealed record BoundWhile(Span Span, LoopTarget Target, BoundExpression Condition, BoundStatement Body) : BoundStatement(Span);

/// <summary>Variable, bounds and step have one type: int, long or char. A step that is not positive
/// gives no rounds unless it is a constant below 0, which goes down.</summary>
internal sealed record BoundForRange(
    Span Span, LoopTarget Target, LocalSymbol Variable, BoundExpression From, BoundExpression To, bool IsClosed, BoundExpression Step, BoundStatement Body)
    : BoundStatement(Span);

internal sealed record BoundForArray(Span Span, LoopTarget Target, LocalSymbol Variable, BoundExpression Array, BoundStatement Body) : BoundStatement(Span);

/// <summary>Over the Unicode scalars of a string.</summary>
internal sealed record BoundForString(Span Span, LoopTarget Target, LocalSymbol Variable, BoundExpression Text, BoundStatement Body) : BoundStatement(Span);

/// <summary>
/// A loop with an iterator, unless the collection's class turns out to have an inline method for it: in an inline function, where the collection at the call is known closer.
/// </summary>
internal sealed record BoundForIterable(
    Span Span, LoopTarget Target, LocalSymbol Variable, BoundExpression Collection, LocalSymbol Iterator, BoundCall Start, BoundCall HasNext, BoundCall Next, BoundBlock Body)
    : BoundStatement(Span);

/// <summary>A loop that an inline function makes: the body is the lambda given to it.</summary>
internal sealed record BoundForCall(Span Span, LoopTarget Target, BoundCall Call) : BoundStatement(Span);

internal sealed record BoundBreak(Span Span, LoopTarget Target) : BoundStatement(Span);

internal sealed record BoundContinue(Span Span, LoopTarget Target) : BoundStatement(Span);

internal sealed record BoundReturn(Span Span, BoundExpression? Value) : BoundStatement(Span);
