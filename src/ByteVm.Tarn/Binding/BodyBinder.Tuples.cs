using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Tuples: value classes of the prelude with a syntax of their own.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>The name of a part that nobody wants.</summary>
    private const string Ignored = "_";

    private BoundExpression BindTuple(TupleSyntax syntax, TarnType? expected)
    {
        ImmutableArray<TarnType> wanted = expected?.NonNull is ClassType { IsTuple: true } tuple && tuple.Arguments.Length == syntax.Elements.Length ? tuple.Arguments : [];
        var parts = ImmutableArray.CreateBuilder<BoundExpression>(syntax.Elements.Length);
        foreach (ExpressionSyntax element in syntax.Elements)
            parts.Add(BindPart(element, wanted.IsEmpty ? null : wanted[parts.Count]));
        TarnType type = types.TupleOf([.. parts.Select((p, i) => wanted.IsEmpty || wanted[i].IsError ? p.Type : wanted[i])], syntax.Span);
        return type is ClassType known && !parts.Any(p => p.Type.IsError) ? new BoundNew(syntax.Span, known, parts.MoveToImmutable()) : new BoundError(syntax.Span);
    }

    private BoundExpression BindPart(ExpressionSyntax syntax, TarnType? wanted)
    {
        if (wanted is { IsError: false })
            return BindConverted(syntax, wanted);
        BoundExpression part = RequireValue(BindExpression(syntax));
        return part.Type == BuiltInType.Null ? Error(syntax.Span, DiagnosticCatalog.TypeOfNull, "this part")
            : part.Type.IsNever ? Error(syntax.Span, DiagnosticCatalog.NotAValueType, part.Type)
            : part;
    }

    /// <summary>The tuple once, then a local for each part that has a name.</summary>
    private BoundBlock BindDestructuring(DestructuringSyntax syntax)
    {
        BoundExpression value = RequireValue(BindExpression(syntax.Value));
        ImmutableArray<FieldSymbol> fields = PartsOf(value, syntax);
        var whole = new LocalSymbol("<tuple>", syntax.Span, value.Type, isMutable: false, isParameter: false) { Depth = lambdas.Count };
        var statements = ImmutableArray.CreateBuilder<BoundStatement>();
        statements.Add(new BoundLocalDeclaration(syntax.Span, whole, value));
        for (int i = 0; i < syntax.Names.Length; i++)
        {
            if (syntax.Names[i].Text == Ignored)
                continue;
            BoundExpression part = fields.IsEmpty ? new BoundError(syntax.Names[i].Span)
                : new BoundField(syntax.Names[i].Span, new BoundLocal(syntax.Span, whole, whole.Type), fields[i], FieldType(fields[i], (ClassType)value.Type));
            statements.Add(new BoundLocalDeclaration(syntax.Span, Declare(syntax.Names[i], part.Type, syntax.IsMutable), part));
        }

        return new BoundBlock(syntax.Span, statements.ToImmutable());
    }

    private ImmutableArray<FieldSymbol> PartsOf(BoundExpression value, DestructuringSyntax syntax)
    {
        if (value.Type is ClassType { IsTuple: true } type && type.Arguments.Length == syntax.Names.Length)
            return [.. type.Symbol.Fields];
        if (!value.Type.IsError)
            Report(syntax.Value is NameSyntax ? syntax.Span : syntax.Value.Span, DiagnosticCatalog.NotATuple, syntax.Names.Length, value.Type);
        return [];
    }
}
