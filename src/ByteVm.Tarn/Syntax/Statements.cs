using System.Collections.Immutable;

namespace ByteVm.Tarn.Syntax;

internal abstract record StatementSyntax(Span Span) : SyntaxNode(Span);

internal sealed record BlockSyntax(Span Span, ImmutableArray<StatementSyntax> Statements) : StatementSyntax(Span);

internal sealed record LocalSyntax(VariableSyntax Variable) : StatementSyntax(Variable.Span);

/// <summary>A function inside of another.</summary>
internal sealed record LocalFunctionSyntax(FunctionSyntax Function) : StatementSyntax(Function.Span);

/// <summary><c>let (a, b) = value</c>: locals for the parts of a tuple; '_' takes none.</summary>
internal sealed record DestructuringSyntax(Span Span, ImmutableArray<Identifier> Names, bool IsMutable, ExpressionSyntax Value) : StatementSyntax(Span);

internal sealed record ExpressionStatementSyntax(Span Span, ExpressionSyntax Expression) : StatementSyntax(Span);

/// <summary><c>target = value</c>, or with an operator <c>target op= value</c>; <c>++</c> and <c>--</c> are <c>+= 1</c> and <c>-= 1</c>.</summary>
internal sealed record AssignmentSyntax(Span Span, ExpressionSyntax Target, BinaryOperator? Operator, ExpressionSyntax Value) : StatementSyntax(Span);

/// <summary>A loop. <see cref="AssignedNames"/> are the names assigned anywhere inside: what is known about them does not hold at its head.</summary>
internal abstract record LoopSyntax(Span Span, Identifier? Label, BlockSyntax Body, ImmutableArray<string> AssignedNames) : StatementSyntax(Span)
{
    /// <summary>Those of them that lambdas or functions inside assign, at a time that nobody knows.</summary>
    public ImmutableArray<string> NamesAssignedInLambdas { get; init; } = [];
}

internal sealed record WhileSyntax(Span Span, Identifier? Label, ExpressionSyntax Condition, BlockSyntax Body, ImmutableArray<string> AssignedNames)
    : LoopSyntax(Span, Label, Body, AssignedNames);

internal sealed record ForRangeSyntax(
    Span Span, Identifier? Label, Identifier Variable, ExpressionSyntax From, ExpressionSyntax To, bool IsClosed, ExpressionSyntax? Step, BlockSyntax Body,
    ImmutableArray<string> AssignedNames) : LoopSyntax(Span, Label, Body, AssignedNames);

internal sealed record ForEachSyntax(
    Span Span, Identifier? Label, Identifier Variable, ExpressionSyntax Collection, BlockSyntax Body, ImmutableArray<string> AssignedNames)
    : LoopSyntax(Span, Label, Body, AssignedNames);

internal sealed record BreakSyntax(Span Span, Identifier? Label) : StatementSyntax(Span);

internal sealed record ContinueSyntax(Span Span, Identifier? Label) : StatementSyntax(Span);

internal sealed record ReturnSyntax(Span Span, ExpressionSyntax? Value) : StatementSyntax(Span);
