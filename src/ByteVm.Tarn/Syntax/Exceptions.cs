using System.Collections.Immutable;

namespace ByteVm.Tarn.Syntax;

internal sealed record ThrowSyntax(Span Span, ExpressionSyntax Exception) : ExpressionSyntax(Span);

/// <summary>A statement or a value, as its place has it.</summary>
/// <param name="AssignedInBody">Names assigned in the body: what is known about them does not hold in the handlers.</param>
internal sealed record TrySyntax(
    Span Span, BlockSyntax Body, ImmutableArray<string> AssignedInBody, ImmutableArray<CatchSyntax> Catches, FinallySyntax? Finally) : ExpressionSyntax(Span);

/// <summary><c>catch name: Type { … }</c>, or without name and type for every exception.</summary>
internal sealed record CatchSyntax(Span Span, Identifier? Name, TypeSyntax? Type, BlockSyntax Body) : SyntaxNode(Span);

/// <summary>What runs however the statements before it end.</summary>
/// <param name="Assigned">Names assigned in it.</param>
/// <param name="AssignedBefore">Names assigned in what it follows.</param>
internal sealed record FinallySyntax(BlockSyntax Body, ImmutableArray<string> Assigned, ImmutableArray<string> AssignedBefore);

/// <summary><c>defer</c> with the statements after it in its block.</summary>
internal sealed record DeferSyntax(Span Span, FinallySyntax Deferred) : StatementSyntax(Span)
{
    public BlockSyntax Rest { get; init; } = new(Span, []);
}
