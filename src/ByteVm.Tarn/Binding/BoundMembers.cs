using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>A place whose reading and setting are calls: a property or what an object holds at an index. Neither is lowered: the binder makes calls of them.</summary>
/// <param name="Type">What is read, where it can be.</param>
/// <param name="Receiver">The object; null of a static property.</param>
/// <param name="Index">Of an indexed place. Reading and setting convert it to what each of them takes.</param>
internal sealed record BoundAccessorPlace(
    Span Span, TarnType Type, string Name, BoundExpression? Receiver, BoundExpression? Index, AccessorCall? Getter, AccessorCall? Setter)
    : BoundExpression(Span, Type)
{
    /// <summary>What it takes; a map gives a <c>V?</c> for a key and takes a <c>V</c>.</summary>
    public TarnType AssignedType => Setter?.ParameterType(^1) ?? Type;
}

/// <summary>A method or extension that reads or sets a place, and what its type parameters stand for.</summary>
internal sealed record AccessorCall(FunctionSymbol Function, TypeMap Types)
{
    public TarnType ParameterType(Index index) => Function.Parameters[index].Type.Substitute(Types);
}

/// <summary>The body's value, computed while the local, which has no name, holds <see cref="Value"/>.</summary>
internal sealed record BoundLet(Span Span, LocalSymbol Local, BoundExpression Value, BoundExpression Body) : BoundExpression(Span, Body.Type);
