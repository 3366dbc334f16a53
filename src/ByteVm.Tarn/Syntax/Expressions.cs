using System.Collections.Immutable;

namespace ByteVm.Tarn.Syntax;

internal abstract record ExpressionSyntax(Span Span) : SyntaxNode(Span);

/// <summary>An integer literal's magnitude; a sign before it is an operator. Written in hexadecimal or binary it may fill the sign bit.</summary>
internal sealed record IntegerLiteralSyntax(Span Span, ulong Magnitude, bool IsLong, bool IsBits) : ExpressionSyntax(Span);

internal sealed record FloatLiteralSyntax(Span Span, double Value, bool IsSingle) : ExpressionSyntax(Span);

internal sealed record CharLiteralSyntax(Span Span, int Scalar) : ExpressionSyntax(Span);

internal sealed record BoolLiteralSyntax(Span Span, bool Value) : ExpressionSyntax(Span);

internal sealed record StringLiteralSyntax(Span Span, string Value) : ExpressionSyntax(Span);

internal sealed record NullLiteralSyntax(Span Span) : ExpressionSyntax(Span);

/// <summary><c>"a ${b} c"</c>: its pieces in order, texts as string literals.</summary>
internal sealed record StringTemplateSyntax(Span Span, ImmutableArray<ExpressionSyntax> Parts) : ExpressionSyntax(Span);

internal sealed record NameSyntax(Identifier Name) : ExpressionSyntax(Name.Span);

internal sealed record ThisSyntax(Span Span) : ExpressionSyntax(Span);

internal sealed record SuperSyntax(Span Span) : ExpressionSyntax(Span);

internal sealed record MemberSyntax(Span Span, ExpressionSyntax Target, Identifier Name, bool IsSafe) : ExpressionSyntax(Span);

internal sealed record ArgumentSyntax(Span Span, Identifier? Name, ExpressionSyntax Value) : SyntaxNode(Span);

/// <summary>A call; <see cref="TypeArguments"/> are empty where they are to be inferred.</summary>
internal sealed record CallSyntax(Span Span, ExpressionSyntax Callee, ImmutableArray<TypeSyntax> TypeArguments, ImmutableArray<ArgumentSyntax> Arguments) : ExpressionSyntax(Span);

internal sealed record IndexSyntax(Span Span, ExpressionSyntax Target, ExpressionSyntax Index) : ExpressionSyntax(Span);

/// <summary><c>s[from..to]</c>; a bound left out is the end on its side.</summary>
internal sealed record SliceSyntax(Span Span, ExpressionSyntax Target, ExpressionSyntax? From, ExpressionSyntax? To, bool IsClosed) : ExpressionSyntax(Span);

internal enum UnaryOperator { Negate, Plus, Not, Complement }

internal sealed record UnarySyntax(Span Span, UnaryOperator Operator, ExpressionSyntax Operand) : ExpressionSyntax(Span);

internal enum BinaryOperator
{
    Or, And, Equal, NotEqual, Identical, NotIdentical, Less, LessOrEqual, Greater, GreaterOrEqual, Coalesce,
    BitOr, BitXor, BitAnd, ShiftLeft, ShiftRight, ShiftRightUnsigned, Add, Subtract, Multiply, Divide, Remainder,
    Compare, In,
}

/// <summary>Left-deep without bound: <c>a + b + c + …</c>. Whoever walks it loops along <see cref="Left"/>.</summary>
internal sealed record BinarySyntax(Span Span, BinaryOperator Operator, Span OperatorSpan, ExpressionSyntax Left, ExpressionSyntax Right) : ExpressionSyntax(Span);

internal sealed record TypeTestSyntax(Span Span, ExpressionSyntax Operand, TypeSyntax Type) : ExpressionSyntax(Span);

/// <summary><c>as</c>, or <c>as?</c> when <see cref="IsSafe"/>.</summary>
internal sealed record CastSyntax(Span Span, ExpressionSyntax Operand, TypeSyntax Type, bool IsSafe) : ExpressionSyntax(Span);

internal sealed record NotNullSyntax(Span Span, ExpressionSyntax Operand) : ExpressionSyntax(Span);

internal readonly record struct IfClause(ExpressionSyntax Condition, BlockSyntax Body);

/// <summary>if, any number of else if, and perhaps else: a statement or a value, as its place has it.</summary>
internal sealed record IfSyntax(Span Span, ImmutableArray<IfClause> Clauses, BlockSyntax? Else) : ExpressionSyntax(Span);

internal sealed record TupleSyntax(Span Span, ImmutableArray<ExpressionSyntax> Elements) : ExpressionSyntax(Span);

internal sealed record ArrayLiteralSyntax(Span Span, ImmutableArray<ExpressionSyntax> Elements) : ExpressionSyntax(Span);

/// <summary>
/// <c>new T[n]</c>, <c>new T[n](value)</c> or <c>new T[n](i =&gt; value)</c>. <see cref="Sizes"/> has one entry for each nested array that is created too.
/// </summary>
internal sealed record NewArraySyntax(
    Span Span, TypeSyntax Element, ImmutableArray<ExpressionSyntax> Sizes, Identifier? InitializerParameter, ExpressionSyntax? Initializer) : ExpressionSyntax(Span);

/// <summary>A parameter of a lambda; without a type it is found from the place of the lambda.</summary>
internal readonly record struct LambdaParameterSyntax(Identifier Name, TypeSyntax? Type);

/// <summary><c>(a, b) =&gt; value</c> or <c>x =&gt; { … }</c>.</summary>
internal sealed record LambdaSyntax(Span Span, ImmutableArray<LambdaParameterSyntax> Parameters, ExpressionSyntax? Value, BlockSyntax? Body) : ExpressionSyntax(Span);
