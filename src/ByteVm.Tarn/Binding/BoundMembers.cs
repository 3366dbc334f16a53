using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>A place whose reading and setting are calls: a property or what an object holds at an index. Neither is lowered: the binder makes calls of them.</summary>
/// <param name="Receiver">The object; null of a static property.</param>
/// <param name="Arguments">The index, of an indexed place.</param>
internal sealed record BoundAccessorPlace(
    Span Span, TarnType Type, string Name, BoundExpression? Receiver, ImmutableArray<BoundExpression> Arguments, AccessorCall? Getter, AccessorCall? Setter)
    : BoundExpression(Span, Type);

/// <summary>A method or extension that reads or sets a place, and what its type parameters stand for.</summary>
internal sealed record AccessorCall(FunctionSymbol Function, TypeMap Types);

/// <summary>The body's value, computed while the local, which has no name, holds <see cref="Value"/>.</summary>
internal sealed record BoundLet(Span Span, LocalSymbol Local, BoundExpression Value, BoundExpression Body) : BoundExpression(Span, Body.Type);
