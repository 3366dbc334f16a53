using System.Collections.Immutable;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>What throws and catches.</summary>
internal sealed partial class TreeBuilder
{
    private TrySyntax Try(TryExpressionContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        int firstAssigned = assignedNames.Count;
        BlockSyntax body = Block(children.Rule<BlockContext>());
        ImmutableArray<string> assignedInBody = [.. assignedNames[firstAssigned..]];
        var catches = ImmutableArray.CreateBuilder<CatchSyntax>();
        while (children.TryRule<CatchClauseContext>() is { } clause)
            catches.Add(Catch(clause));
        ImmutableArray<string> assignedBefore = [.. assignedNames[firstAssigned..]];
        FinallySyntax? last = children.AtEnd ? null : Finally(ref children, assignedBefore);
        return new TrySyntax(SpanOf(context), body, assignedInBody, catches.ToImmutable(), last);
    }

    private CatchSyntax Catch(CatchClauseContext context)
    {
        var children = new ChildReader(context);
        Span span = SpanOf(children.Token());
        if (children.NextToken != IDENT)
            return new CatchSyntax(span, null, null, Block(children.Rule<BlockContext>()));
        Identifier name = Name(children.Token());
        children.Skip();
        TypeSyntax type = Type(children.Rule<TypeContext>());
        return new CatchSyntax(span, name, type, Block(children.Rule<BlockContext>()));
    }

    private FinallySyntax Finally(ref ChildReader children, ImmutableArray<string> assignedBefore)
    {
        children.Skip();
        int firstAssigned = assignedNames.Count;
        BlockSyntax body = Block(children.Rule<BlockContext>());
        return new FinallySyntax(body, [.. assignedNames[firstAssigned..]], assignedBefore);
    }

    private DeferSyntax Defer(StatementContext context, ref ChildReader children)
    {
        int firstAssigned = assignedNames.Count;
        BlockSyntax body;
        if (children.TryRule<BlockContext>() is { } block)
        {
            body = Block(block);
        }
        else
        {
            StatementSyntax statement = Statement(children.Rule<StatementContext>());
            body = new BlockSyntax(statement.Span, [statement]);
        }

        return new DeferSyntax(SpanOf(context), new FinallySyntax(body, [.. assignedNames[firstAssigned..]], []));
    }

    /// <summary>What follows a defer in its block becomes its own, to be followed by the deferred.</summary>
    /// <param name="firstAssigned">Where the names assigned by each statement begin.</param>
    private ImmutableArray<StatementSyntax> GiveRestToDefers(ImmutableArray<StatementSyntax> statements, List<int> firstAssigned)
    {
        for (int i = statements.Length - 1; i >= 0; i--)
        {
            if (statements[i] is not DeferSyntax defer)
                continue;
            ImmutableArray<StatementSyntax> rest = statements[(i + 1)..];
            ImmutableArray<string> assignedAfter = [.. assignedNames[(i + 1 < firstAssigned.Count ? firstAssigned[i + 1] : assignedNames.Count)..]];
            Span span = rest.IsEmpty ? defer.Span : rest[0].Span.To(rest[^1].Span);
            statements = [.. statements[..i], defer with { Rest = new BlockSyntax(span, rest), Deferred = defer.Deferred with { AssignedBefore = assignedAfter } }];
        }

        return statements;
    }
}
