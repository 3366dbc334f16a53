using System.Collections.Immutable;
using Antlr4.Runtime;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>Tuples, their parts, and what takes them apart.</summary>
internal sealed partial class TreeBuilder
{
    /// <summary>What the fields of the prelude's tuples are called, without their number.</summary>
    private const string PartName = "item";

    private TupleSyntax Tuple(ExpressionSyntax first, ref ChildReader children)
    {
        var elements = ImmutableArray.CreateBuilder<ExpressionSyntax>();
        elements.Add(first);
        while (children.TryToken(COMMA))
            elements.Add(Expression(children.Rule<ExpressionContext>()));
        return new TupleSyntax(first.Span.To(SpanOf(children.Token())), elements.DrainToImmutable());
    }

    private TypeSyntax TupleType(TypeSyntax first, ref ChildReader children)
    {
        var types = ImmutableArray.CreateBuilder<TypeSyntax>();
        types.Add(first);
        while (children.TryToken(COMMA))
            types.Add(Type(children.Rule<TypeContext>()));
        return new TupleTypeSyntax(first.Span.To(SpanOf(children.Token())), types.DrainToImmutable());
    }

    /// <summary><c>target.name</c>, or a part of a tuple by its number; <c>t.0.1</c> reads as a number with a point.</summary>
    private MemberSyntax Member(ExpressionSyntax target, IToken token, bool isSafe)
    {
        if (token.Type == IDENT)
            return MemberOf(target, Name(token), isSafe);
        Span span = SpanOf(token);
        string text = token.Text;
        int point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return MemberOf(target, new Identifier(PartName + text, span), isSafe);
        MemberSyntax outer = MemberOf(target, new Identifier(PartName + text[..point], new Span(span.Start, span.Start + point)), isSafe);
        return MemberOf(outer, new Identifier(PartName + text[(point + 1)..], new Span(span.Start + point + 1, span.End)), isSafe: false);
    }

    private static MemberSyntax MemberOf(ExpressionSyntax target, Identifier name, bool isSafe) => new(target.Span.To(name.Span), target, name, isSafe);

    /// <summary><c>let (a, b) = …</c>; null when it declares one name.</summary>
    private DestructuringSyntax? Destructuring(VariableDeclarationContext context)
    {
        var children = new ChildReader(context);
        bool isMutable = children.Token().Type == VAR;
        if (children.NextToken != LPAREN)
            return null;
        ImmutableArray<Identifier> names = Names(ref children);
        if (children.TryToken(ASSIGN))
            return new DestructuringSyntax(SpanOf(context), names, isMutable, Expression(children.Rule<ExpressionContext>()));
        diagnostics.Report(source, SpanOf(context), DiagnosticCatalog.DestructuringWithoutValue);
        return new DestructuringSyntax(SpanOf(context), names, isMutable, new NullLiteralSyntax(SpanOf(context)));
    }

    /// <summary>Names between parentheses.</summary>
    private ImmutableArray<Identifier> Names(ref ChildReader children)
    {
        var identifiers = ImmutableArray.CreateBuilder<Identifier>();
        while (children.Token() is { Type: not RPAREN } token)
        {
            if (token.Type == IDENT)
                identifiers.Add(Name(token));
        }

        return identifiers.DrainToImmutable();
    }

    /// <summary>The variable of a for loop. Several names take each element apart: that is the first thing the body does.</summary>
    private (Identifier Variable, DestructuringSyntax? Parts) LoopVariable(ref ChildReader children)
    {
        if (children.NextToken == IDENT)
            return (Name(children.Token()), null);
        ImmutableArray<Identifier> names = Names(ref children);
        Span span = names[0].Span.To(names[^1].Span);
        var element = new Identifier($"<element {span.Start}>", span);
        return (element, new DestructuringSyntax(span, names, IsMutable: false, new NameSyntax(element)));
    }

    private static BlockSyntax WithParts(BlockSyntax body, DestructuringSyntax? parts) =>
        parts is null ? body : body with { Statements = body.Statements.Insert(0, parts) };

    /// <summary><c>(a, b) = value</c>: all of the value is computed first, then each target is assigned.</summary>
    private BlockSyntax TupleAssignment(StatementContext context, TupleSyntax targets, ExpressionSyntax value)
    {
        ImmutableArray<Identifier> parts = [.. targets.Elements.Select(t => new Identifier($"<part {t.Span.Start}>", t.Span))];
        var statements = ImmutableArray.CreateBuilder<StatementSyntax>();
        statements.Add(new DestructuringSyntax(SpanOf(context), parts, IsMutable: false, value));
        for (int i = 0; i < parts.Length; i++)
            statements.Add(Assignment(context, targets.Elements[i], null, new NameSyntax(parts[i])));
        return new BlockSyntax(SpanOf(context), statements.DrainToImmutable());
    }
}
