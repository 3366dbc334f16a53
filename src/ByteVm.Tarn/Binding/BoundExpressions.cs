using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>The typed tree's expressions.</summary>
internal abstract record BoundExpression(Span Span, TarnType Type);

/// <summary>Already reported; nothing more is said about it.</summary>
internal sealed record BoundError(Span Span) : BoundExpression(Span, BuiltInType.Error);

/// <summary>A constant of an integer type, bool or char.</summary>
internal sealed record BoundInteger(Span Span, TarnType Type, long Value) : BoundExpression(Span, Type);

internal sealed record BoundFloat(Span Span, TarnType Type, double Value) : BoundExpression(Span, Type);

internal sealed record BoundString(Span Span, string Value) : BoundExpression(Span, BuiltInType.String);

internal sealed record BoundNull(Span Span, TarnType Type) : BoundExpression(Span, Type);

/// <summary>A local; flow typing may make the type narrower than the local's own.</summary>
internal sealed record BoundLocal(Span Span, LocalSymbol Local, TarnType Type) : BoundExpression(Span, Type);

internal sealed record BoundThis(Span Span, TarnType Type) : BoundExpression(Span, Type);

internal sealed record BoundGlobal(Span Span, GlobalSymbol Global, TarnType Type) : BoundExpression(Span, Type);

internal sealed record BoundField(Span Span, BoundExpression Receiver, FieldSymbol Field, TarnType Type) : BoundExpression(Span, Type);

internal sealed record BoundElement(Span Span, BoundExpression Array, BoundExpression Index, TarnType Type) : BoundExpression(Span, Type);

/// <summary>Byte <see cref="Index"/> of a string.</summary>
internal sealed record BoundStringByte(Span Span, BoundExpression Text, BoundExpression Index) : BoundExpression(Span, BuiltInType.Byte);

/// <summary>Of an array or string.</summary>
internal sealed record BoundLength(Span Span, BoundExpression Target) : BoundExpression(Span, BuiltInType.Int);

/// <summary>Part of a string; a missing bound is the end on its side.</summary>
internal sealed record BoundSlice(Span Span, BoundExpression Text, BoundExpression? From, BoundExpression? To, bool IsClosed) : BoundExpression(Span, BuiltInType.String);

/// <summary>A parameter's default where a call leaves the argument out. Its places are in the callee's source, so the call's place stands for them.</summary>
internal sealed record BoundDefault(Span Span, BoundExpression Value) : BoundExpression(Span, Value.Type);

/// <summary>A value that the surrounding node has already computed.</summary>
internal sealed record BoundPlaceholder(Span Span, TarnType Type) : BoundExpression(Span, Type);

internal sealed record BoundUnary(Span Span, UnaryOperator Operator, BoundExpression Operand) : BoundExpression(Span, Operand.Type);

/// <summary>
/// Arithmetic, bits, shifts or comparison of operands of one type (a shift count is int). Left-deep without bound: who walks it loops along Left.
/// </summary>
internal sealed record BoundBinary(Span Span, TarnType Type, BinaryOperator Operator, BoundExpression Left, BoundExpression Right) : BoundExpression(Span, Type);

/// <summary>All of them true (and) or one of them (or), evaluated left to right as far as needed.</summary>
internal sealed record BoundLogical(Span Span, bool IsAnd, ImmutableArray<BoundExpression> Operands) : BoundExpression(Span, BuiltInType.Bool);

/// <summary>Between numbers and char, widening or as asked for; or to a supertype, where nothing happens.</summary>
internal sealed record BoundConversion(Span Span, TarnType Type, BoundExpression Operand) : BoundExpression(Span, Type);

/// <summary>Strings in order made one.</summary>
internal sealed record BoundConcat(Span Span, ImmutableArray<BoundExpression> Parts) : BoundExpression(Span, BuiltInType.String);

/// <summary>The text of a value that is not a string yet.</summary>
internal sealed record BoundFormat(Span Span, BoundExpression Operand) : BoundExpression(Span, BuiltInType.String);

internal enum Dispatch { Static, Virtual, Interface }

/// <summary>Arguments are complete and in parameter order; the receiver is apart.</summary>
/// <param name="Types">What the type parameters of the function and its class stand for.</param>
internal sealed record BoundCall(
    Span Span, FunctionSymbol Function, TypeMap Types, BoundExpression? Receiver, ImmutableArray<BoundExpression> Arguments, Dispatch Dispatch)
    : BoundExpression(Span, Function.ReturnType.Substitute(Types));

/// <summary>One instruction on these registers, in the opcode's operand order without its destination.</summary>
internal sealed record BoundOpcode(Span Span, TarnType Type, Opcode Opcode, ImmutableArray<BoundExpression> Arguments) : BoundExpression(Span, Type);

internal sealed record BoundNew(Span Span, ClassType Class, ImmutableArray<BoundExpression> Arguments) : BoundExpression(Span, Class);

/// <summary>
/// An array with as many nested levels as sizes. With <see cref="Initializer"/> every innermost element is its value: computed once, or
/// when <see cref="IndexVariable"/> is given, for each element.
/// </summary>
internal sealed record BoundNewArray(
    Span Span, TarnType Type, ImmutableArray<BoundExpression> Sizes, LocalSymbol? IndexVariable, BoundExpression? Initializer) : BoundExpression(Span, Type);

internal sealed record BoundArrayLiteral(Span Span, ArrayType ArrayType, ImmutableArray<BoundExpression> Elements) : BoundExpression(Span, ArrayType);

internal sealed record BoundTypeTest(Span Span, BoundExpression Operand, TarnType Tested) : BoundExpression(Span, BuiltInType.Bool);

/// <summary>A cast that faults, or gives null when safe.</summary>
internal sealed record BoundCast(Span Span, TarnType Type, BoundExpression Operand, bool IsSafe) : BoundExpression(Span, Type);

/// <summary>Faults on null.</summary>
internal sealed record BoundNotNull(Span Span, BoundExpression Operand) : BoundExpression(Span, Operand.Type.NonNull);

internal sealed record BoundCoalesce(Span Span, TarnType Type, BoundExpression Left, BoundExpression Right) : BoundExpression(Span, Type);

/// <summary><c>receiver?.member</c>: null when the receiver is, else <see cref="Access"/>, in which <see cref="Receiver"/>'s value is the placeholder.</summary>
internal sealed record BoundSafeAccess(Span Span, TarnType Type, BoundExpression Receiver, BoundPlaceholder Value, BoundExpression Access) : BoundExpression(Span, Type);

/// <summary>What an optional holds, where it is known to hold something.</summary>
internal sealed record BoundUnwrap(Span Span, BoundExpression Operand) : BoundExpression(Span, Operand.Type.NonNull);

/// <summary>
/// <c>left ?? right</c> of an optional: <see cref="Present"/>, in which the placeholder is what it holds, or <see cref="Right"/> when it holds nothing.
/// </summary>
internal sealed record BoundOptionalCoalesce(
    Span Span, TarnType Type, BoundExpression Left, BoundPlaceholder Value, BoundExpression Present, BoundExpression Right) : BoundExpression(Span, Type);

/// <summary>Computes a value once and uses it by its placeholder.</summary>
internal sealed record BoundWith(Span Span, TarnType Type, BoundExpression Value, BoundPlaceholder Placeholder, BoundExpression Body) : BoundExpression(Span, Type);

/// <summary>A function made from its code and the variables around it that it uses.</summary>
internal sealed record BoundLambda(
    Span Span, ClassType FunctionType, ImmutableArray<LocalSymbol> Parameters, BoundBlock Body, ImmutableArray<LocalSymbol> Captured, ClassType? CapturedThis,
    ImmutableArray<TypeParameterSymbol> TypeParameters, bool HasStatementsInValues, SourceText Source) : BoundExpression(Span, FunctionType)
{
    /// <summary>The loop whose body it is: break, continue and return in it are those of the code around. It never becomes an object.</summary>
    public LoopTarget? Loop { get; init; }
}

internal readonly record struct BoundClause(BoundExpression Condition, BoundBranch Body);

/// <summary>A branch of an if: its statements, and its value when the if has one.</summary>
internal readonly record struct BoundBranch(ImmutableArray<BoundStatement> Statements, BoundExpression? Value);

/// <summary>The arm whose pattern the value matches. With type void a statement.</summary>
/// <param name="Root">The value in <see cref="Decision"/>.</param>
internal sealed record BoundMatch(Span Span, TarnType Type, BoundExpression Value, Occurrence Root, ImmutableArray<BoundArm> Arms, Decision Decision) : BoundExpression(Span, Type);

internal sealed record BoundIf(Span Span, TarnType Type, ImmutableArray<BoundClause> Clauses, BoundBranch? Else) : BoundExpression(Span, Type);
