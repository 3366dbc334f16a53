using System.Collections.Immutable;

namespace ByteVm.Tarn.Syntax;

/// <summary>The left side of an arm: what a value must look like.</summary>
internal abstract record PatternSyntax(Span Span) : SyntaxNode(Span);

/// <summary><c>_</c>, a variable, or the case of an enum or a class, with patterns for what it holds (default: not written).</summary>
internal sealed record NamePatternSyntax(Span Span, ImmutableArray<Identifier> Path, ImmutableArray<PatternSyntax> Arguments) : PatternSyntax(Span);

/// <summary><c>is T</c>, or with a variable <c>name: T</c>.</summary>
internal sealed record TypePatternSyntax(Span Span, Identifier? Name, TypeSyntax Type) : PatternSyntax(Span);

internal sealed record TuplePatternSyntax(Span Span, ImmutableArray<PatternSyntax> Elements) : PatternSyntax(Span);

internal sealed record NullPatternSyntax(Span Span) : PatternSyntax(Span);

internal sealed record ConstantPatternSyntax(Span Span, ExpressionSyntax Value) : PatternSyntax(Span);

internal sealed record RangePatternSyntax(Span Span, ExpressionSyntax From, ExpressionSyntax To, bool IsClosed) : PatternSyntax(Span);

/// <summary><c>a | b</c>: at least two.</summary>
internal sealed record AlternativesSyntax(Span Span, ImmutableArray<PatternSyntax> Patterns) : PatternSyntax(Span);

/// <summary>One arm of a match. Its body is a block; a single expression or statement is one of its own.</summary>
internal sealed record MatchArmSyntax(Span Span, PatternSyntax Pattern, ExpressionSyntax? Guard, BlockSyntax Body) : SyntaxNode(Span);

internal sealed record MatchSyntax(Span Span, ExpressionSyntax Value, ImmutableArray<MatchArmSyntax> Arms) : ExpressionSyntax(Span);
