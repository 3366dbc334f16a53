using System.Collections.Immutable;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>Match and its patterns.</summary>
internal sealed partial class TreeBuilder
{
    private MatchSyntax Match(MatchExpressionContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        ExpressionSyntax value = Expression(children.Rule<ExpressionContext>());
        var arms = ImmutableArray.CreateBuilder<MatchArmSyntax>();
        while (!children.AtEnd)
        {
            if (children.TryRule<MatchArmContext>() is { } arm)
                arms.Add(MatchArm(arm));
            else
                children.Skip();
        }

        return new MatchSyntax(SpanOf(context), value, arms.ToImmutable());
    }

    private MatchArmSyntax MatchArm(MatchArmContext context)
    {
        var children = new ChildReader(context);
        PatternSyntax pattern = Alternatives(children.Rule<AlternativesContext>());
        ExpressionSyntax? guard = children.TryToken(IF) ? Expression(children.Rule<ExpressionContext>()) : null;
        children.Skip();
        BlockSyntax body = children.TryRule<BlockContext>() is { } block ? Block(block) : SingleStatement(children.Rule<StatementContext>());
        return new MatchArmSyntax(SpanOf(context), pattern, guard, body);
    }

    private BlockSyntax SingleStatement(StatementContext context) => new(SpanOf(context), [Statement(context)]);

    private PatternSyntax Alternatives(AlternativesContext context)
    {
        var patterns = ImmutableArray.CreateBuilder<PatternSyntax>(1);
        foreach (var child in context.children)
        {
            if (child is PatternContext pattern)
                patterns.Add(Pattern(pattern));
        }

        return patterns.Count == 1 ? patterns[0] : new AlternativesSyntax(SpanOf(context), patterns.ToImmutable());
    }

    private PatternSyntax Pattern(PatternContext context)
    {
        var children = new ChildReader(context);
        Span span = SpanOf(context);
        switch (children.NextToken)
        {
            case IDENT:
                return NamePattern(span, ref children);
            case IS:
                children.Skip();
                return new TypePatternSyntax(span, null, Type(children.Rule<TypeContext>()));
            case LPAREN:
                children.Skip();
                ImmutableArray<PatternSyntax> elements = Subpatterns(children.Rule<SubpatternsContext>());
                return elements.Length == 1 ? elements[0] : new TuplePatternSyntax(span, elements);
            case NULL:
                return new NullPatternSyntax(span);
            default:
                return ConstantPattern(span, ref children);
        }
    }

    private PatternSyntax NamePattern(Span span, ref ChildReader children)
    {
        Identifier first = Name(children.Token());
        ImmutableArray<Identifier> path = [first];
        while (children.TryToken(DOT))
            path = path.Add(Name(children.Token()));
        if (children.TryToken(COLON))
            return new TypePatternSyntax(span, first, Type(children.Rule<TypeContext>()));
        ImmutableArray<PatternSyntax> arguments = default;
        if (children.TryToken(LPAREN))
            arguments = children.TryRule<SubpatternsContext>() is { } list ? Subpatterns(list) : [];
        return new NamePatternSyntax(span, path, arguments);
    }

    private ImmutableArray<PatternSyntax> Subpatterns(SubpatternsContext context)
    {
        var patterns = ImmutableArray.CreateBuilder<PatternSyntax>();
        foreach (var child in context.children)
        {
            if (child is AlternativesContext alternatives)
                patterns.Add(Alternatives(alternatives));
        }

        return patterns.ToImmutable();
    }

    private PatternSyntax ConstantPattern(Span span, ref ChildReader children)
    {
        ExpressionSyntax first = PatternConstant(children.Rule<PatternConstantContext>());
        if (children.AtEnd)
            return new ConstantPatternSyntax(span, first);
        bool isClosed = children.Token().Type == RANGE_CLOSED;
        return new RangePatternSyntax(span, first, PatternConstant(children.Rule<PatternConstantContext>()), isClosed);
    }

    private ExpressionSyntax PatternConstant(PatternConstantContext context)
    {
        var children = new ChildReader(context);
        bool isNegative = children.TryToken(MINUS);
        ExpressionSyntax value = TokenPrimary(ref children);
        return isNegative ? new UnarySyntax(SpanOf(context), UnaryOperator.Negate, value) : value;
    }
}
