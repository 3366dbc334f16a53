using System.Collections.Immutable;
using Antlr4.Runtime;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>Statements.</summary>
internal sealed partial class TreeBuilder
{
    // Names assigned so far in the function; a loop takes those added since it began.
    private readonly List<string> assignedNames = [];
    private readonly List<string> assignedInLambdas = [];

    /// <summary>Builds a function that runs later: what it assigns is noted as such.</summary>
    private T RunsLater<T>(Func<T> build)
    {
        int first = assignedNames.Count;
        T result = build();
        assignedInLambdas.AddRange(assignedNames[first..]);
        return result;
    }

    private BlockSyntax Block(BlockContext context)
    {
        var statements = ImmutableArray.CreateBuilder<StatementSyntax>(context.ChildCount / 2);
        var firstAssigned = new List<int>(statements.Capacity);
        foreach (var child in context.children)
        {
            if (child is not StatementContext statement)
                continue;
            firstAssigned.Add(assignedNames.Count);
            statements.Add(Statement(statement));
        }

        return new BlockSyntax(SpanOf(context), GiveRestToDefers(statements.DrainToImmutable(), firstAssigned));
    }

    private StatementSyntax Statement(StatementContext context)
    {
        var children = new ChildReader(context);
        if (children.TryRule<ExpressionContext>() is { } expression)
            return ExpressionStatement(context, Expression(expression), ref children);
        if (children.TryRule<VariableDeclarationContext>() is { } variable)
            return (StatementSyntax?)Destructuring(variable) ?? new LocalSyntax(Variable(Modifiers.None, variable));
        if (children.TryRule<FunctionDeclarationContext>() is { } function)
            return new LocalFunctionSyntax(RunsLater(() => Function(function, Modifiers.None, function)));
        if (children.TryRule<LoopContext>() is { } loop)
            return Loop(loop, null);
        IToken keyword = children.Token();
        return keyword.Type == DEFER ? Defer(context, ref children) : Jump(context, keyword, ref children);
    }

    private StatementSyntax Jump(StatementContext context, IToken keyword, ref ChildReader children)
    {
        if (keyword.Type == RETURN)
            return new ReturnSyntax(SpanOf(context), children.TryRule<ExpressionContext>() is { } value ? Expression(value) : null);
        Identifier? label = children.NextToken == IDENT ? Name(children.Token()) : null;
        return keyword.Type == BREAK ? new BreakSyntax(SpanOf(context), label) : new ContinueSyntax(SpanOf(context), label);
    }

    private StatementSyntax ExpressionStatement(StatementContext context, ExpressionSyntax expression, ref ChildReader children)
    {
        if (children.AtEnd)
            return new ExpressionStatementSyntax(SpanOf(context), expression);
        IToken token = children.Token();
        switch (token.Type)
        {
            case COLON:
                return Loop(children.Rule<LoopContext>(), Label(expression));
            case PLUS_PLUS or MINUS_MINUS:
                BinaryOperator step = token.Type == PLUS_PLUS ? BinaryOperator.Add : BinaryOperator.Subtract;
                return Assignment(context, expression, step, new IntegerLiteralSyntax(SpanOf(token), 1, IsLong: false, IsBits: false));
            case ASSIGN when expression is TupleSyntax targets:
                return TupleAssignment(context, targets, Expression(children.Rule<ExpressionContext>()));
            default:
                return Assignment(context, expression, AssignmentOperator(token.Type), Expression(children.Rule<ExpressionContext>()));
        }
    }

    private AssignmentSyntax Assignment(StatementContext context, ExpressionSyntax target, BinaryOperator? @operator, ExpressionSyntax value)
    {
        if (target is NameSyntax name)
            assignedNames.Add(name.Name.Text);
        else if (target is MemberSyntax { Target: ThisSyntax } field)
            assignedNames.Add(field.Name.Text);
        return new AssignmentSyntax(SpanOf(context), target, @operator, value);
    }

    private static BinaryOperator? AssignmentOperator(int token) => token switch
    {
        PLUS_ASSIGN => BinaryOperator.Add,
        MINUS_ASSIGN => BinaryOperator.Subtract,
        STAR_ASSIGN => BinaryOperator.Multiply,
        SLASH_ASSIGN => BinaryOperator.Divide,
        PERCENT_ASSIGN => BinaryOperator.Remainder,
        AMP_ASSIGN => BinaryOperator.BitAnd,
        BAR_ASSIGN => BinaryOperator.BitOr,
        CARET_ASSIGN => BinaryOperator.BitXor,
        SHL_ASSIGN => BinaryOperator.ShiftLeft,
        SHR_ASSIGN => BinaryOperator.ShiftRight,
        USHR_ASSIGN => BinaryOperator.ShiftRightUnsigned,
        COALESCE_ASSIGN => BinaryOperator.Coalesce,
        _ => null,
    };

    private Identifier? Label(ExpressionSyntax expression)
    {
        if (expression is NameSyntax name)
            return name.Name;
        diagnostics.Report(source, expression.Span, DiagnosticCatalog.LabelIsNotAName);
        return null;
    }

    private LoopSyntax Loop(LoopContext context, Identifier? label)
    {
        int firstAssigned = assignedNames.Count;
        int firstInLambdas = assignedInLambdas.Count;
        var children = new ChildReader(context);
        LoopSyntax loop = children.Token().Type == WHILE ? While(context, label, ref children) : For(context, label, ref children);
        return loop with { AssignedNames = [.. assignedNames[firstAssigned..]], NamesAssignedInLambdas = [.. assignedInLambdas[firstInLambdas..]] };
    }

    private WhileSyntax While(LoopContext context, Identifier? label, ref ChildReader children)
    {
        ExpressionSyntax condition = Expression(children.Rule<ExpressionContext>());
        return new WhileSyntax(SpanOf(context), label, condition, Block(children.Rule<BlockContext>()), []);
    }

    private LoopSyntax For(LoopContext context, Identifier? label, ref ChildReader children)
    {
        (Identifier variable, DestructuringSyntax? parts) = LoopVariable(ref children);
        children.Skip();
        ExpressionSyntax first = Expression(children.Rule<ExpressionContext>());
        if (children.TryRule<BlockContext>() is { } body)
            return new ForEachSyntax(SpanOf(context), label, variable, first, WithParts(Block(body), parts), []);

        bool isClosed = children.Token().Type == RANGE_CLOSED;
        ExpressionSyntax last = Expression(children.Rule<ExpressionContext>());
        ExpressionSyntax? step = children.NextToken == IDENT ? Step(ref children) : null;
        return new ForRangeSyntax(SpanOf(context), label, variable, first, last, isClosed, step, WithParts(Block(children.Rule<BlockContext>()), parts), []);
    }

    private ExpressionSyntax Step(ref ChildReader children)
    {
        Identifier by = Name(children.Token());
        if (by.Text != "by")
            diagnostics.Report(source, by.Span, DiagnosticCatalog.UnexpectedToken, "'by' or '{'", $"'{by.Text}'");
        return Expression(children.Rule<ExpressionContext>());
    }
}
