using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

internal sealed record BoundThrow(Span Span, BoundExpression Exception) : BoundExpression(Span, BuiltInType.Never);

/// <param name="Local">Null when the exception has no name.</param>
internal readonly record struct BoundCatch(LocalSymbol? Local, TarnType Type, BoundBranch Body);

/// <summary>A try, or a defer with the statements after it; void where no value is wanted.</summary>
internal sealed record BoundTry(Span Span, TarnType Type, BoundBranch Body, ImmutableArray<BoundCatch> Catches, BoundBlock? Finally) : BoundExpression(Span, Type);
