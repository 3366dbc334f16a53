using System.Collections.Immutable;
using Antlr4.Runtime;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>Expressions.</summary>
internal sealed partial class TreeBuilder
{
    /// <summary>Suffixes and prefix operators of one operand nest in the tree though not in the text; beyond this many they are refused.</summary>
    private const int MaximumOperandDepth = 500;

    private void RequireParts(ParserRuleContext context, int most)
    {
        if (context.ChildCount > most)
            diagnostics.Report(source, SpanOf(context), DiagnosticCatalog.NestingTooDeep);
    }

    private ExpressionSyntax Expression(ExpressionContext context)
    {
        var children = new ChildReader(context);
        if (children.TryRule<LambdaContext>() is { } lambda)
            return RunsLater(() => Lambda(lambda));
        ExpressionSyntax first = Operand(children.Rule<OperandContext>());
        return context.ChildCount switch
        {
            1 => first,
            3 when context.children[2] is OperandContext => SingleBinary(first, ref children),
            _ => new PrecedenceClimber(this).Run(first, ref children),
        };
    }

    private LambdaSyntax Lambda(LambdaContext context)
    {
        var parameters = ImmutableArray.CreateBuilder<LambdaParameterSyntax>();
        var children = new ChildReader(context);
        while (!children.TryToken(FAT_ARROW))
        {
            if (children.TryRule<LambdaParameterContext>() is { } parameter)
                parameters.Add(LambdaParameter(parameter));
            else if (children.NextToken == LAMBDA_PARAMETER)
                parameters.Add(new LambdaParameterSyntax(Name(children.Token()), null));
            else
                children.Skip();
        }

        BlockSyntax? body = children.TryRule<BlockContext>() is { } block ? Block(block) : null;
        return new LambdaSyntax(SpanOf(context), parameters.ToImmutable(), body is null ? Expression(children.Rule<ExpressionContext>()) : null, body);
    }

    private LambdaParameterSyntax LambdaParameter(LambdaParameterContext context)
    {
        var children = new ChildReader(context);
        Identifier name = Name(children.Token());
        return new LambdaParameterSyntax(name, children.TryToken(COLON) ? Type(children.Rule<TypeContext>()) : null);
    }

    private BinarySyntax SingleBinary(ExpressionSyntax left, ref ChildReader children)
    {
        IToken token = children.Token();
        ExpressionSyntax right = Operand(children.Rule<OperandContext>());
        return new BinarySyntax(left.Span.To(right.Span), BinaryOperatorOf(token.Type), SpanOf(token), left, right);
    }

    private ExpressionSyntax Operand(OperandContext context)
    {
        RequireParts(context, MaximumOperandDepth);
        var children = new ChildReader(context);
        int prefixes = 0;
        while (children.NextToken is MINUS or PLUS or BANG or BANG_BANG or TILDE or THROW)
        {
            children.Skip();
            prefixes++;
        }

        ExpressionSyntax operand = Primary(ref children);
        while (!children.AtEnd)
            operand = Suffix(operand, ref children);
        for (int i = prefixes - 1; i >= 0; i--)
            operand = Prefix(((Antlr4.Runtime.Tree.ITerminalNode)context.children[i]).Symbol, operand);
        return operand;
    }

    private static ExpressionSyntax Prefix(IToken token, ExpressionSyntax operand)
    {
        Span span = SpanOf(token).To(operand.Span);
        return token.Type switch
        {
            MINUS => new UnarySyntax(span, UnaryOperator.Negate, operand),
            PLUS => new UnarySyntax(span, UnaryOperator.Plus, operand),
            TILDE => new UnarySyntax(span, UnaryOperator.Complement, operand),
            BANG => new UnarySyntax(span, UnaryOperator.Not, operand),
            THROW => new ThrowSyntax(span, operand),
            _ => new UnarySyntax(span, UnaryOperator.Not, new UnarySyntax(span with { Start = span.Start + 1 }, UnaryOperator.Not, operand)),
        };
    }

    private ExpressionSyntax Primary(ref ChildReader children)
    {
        if (children.NextToken != 0)
            return TokenPrimary(ref children);
        return children.Rule<ParserRuleContext>() switch
        {
            StringTemplateContext template => StringTemplate(template),
            IfExpressionContext @if => If(@if),
            MatchExpressionContext match => Match(match),
            TryExpressionContext @try => Try(@try),
            ArrayLiteralContext array => ArrayLiteral(array),
            var array => NewArray((NewArrayContext)array, ref children),
        };
    }

    private ExpressionSyntax TokenPrimary(ref ChildReader children)
    {
        IToken token = children.Token();
        Span span = SpanOf(token);
        switch (token.Type)
        {
            case IDENT: return new NameSyntax(Name(token));
            case INT: return Literals.Integer(span, isLong: false);
            case LONG: return Literals.Integer(span, isLong: true);
            case FLOAT: return Literals.Float(span, isSingle: true);
            case DOUBLE: return Literals.Float(span, isSingle: false);
            case CHAR: return Literals.Char(span);
            case STRING: return new StringLiteralSyntax(span, Literals.Unescape(new Span(span.Start + 1, span.End - 1)));
            case RAW_STRING: return new StringLiteralSyntax(span, Literals.RawString(span));
            case TRUE or FALSE: return new BoolLiteralSyntax(span, token.Type == TRUE);
            case NULL: return new NullLiteralSyntax(span);
            case THIS: return new ThisSyntax(span);
            case SUPER: return new SuperSyntax(span);
            default: return Parenthesized(ref children);
        }
    }

    private ExpressionSyntax Parenthesized(ref ChildReader children)
    {
        ExpressionSyntax inner = Expression(children.Rule<ExpressionContext>());
        if (children.NextToken == COMMA)
            return Tuple(inner, ref children);
        children.Skip();
        return inner;
    }

    private ExpressionSyntax Suffix(ExpressionSyntax target, ref ChildReader children)
    {
        ImmutableArray<TypeSyntax> typeArguments = children.TryRule<TypeArgumentsContext>() is { } list ? TypeArguments(list) : [];
        IToken token = children.Token();
        switch (token.Type)
        {
            case LPAREN: return Call(target, typeArguments, ref children);
            case LBRACK: return Index(target, ref children);
            case BANG_BANG: return new NotNullSyntax(target.Span.To(SpanOf(token)), target);
            default:
                return Member(target, children.Token(), token.Type == SAFE_DOT);
        }
    }

    private CallSyntax Call(ExpressionSyntax callee, ImmutableArray<TypeSyntax> typeArguments, ref ChildReader children)
    {
        ImmutableArray<ArgumentSyntax> arguments = children.TryRule<ArgumentsContext>() is { } list ? Arguments(list) : [];
        return new CallSyntax(callee.Span.To(SpanOf(children.Token())), callee, typeArguments, arguments);
    }

    private ImmutableArray<ArgumentSyntax> Arguments(ArgumentsContext context)
    {
        var arguments = ImmutableArray.CreateBuilder<ArgumentSyntax>(context.ChildCount / 2 + 1);
        var children = new ChildReader(context);
        while (!children.AtEnd)
        {
            if (!children.TryToken(COMMA))
                arguments.Add(Argument(ref children));
        }

        return arguments.DrainToImmutable();
    }

    private ArgumentSyntax Argument(ref ChildReader children)
    {
        ExpressionSyntax first = Expression(children.Rule<ExpressionContext>());
        if (!children.TryToken(COLON))
            return new ArgumentSyntax(first.Span, null, first);
        ExpressionSyntax value = Expression(children.Rule<ExpressionContext>());
        if (first is NameSyntax name)
            return new ArgumentSyntax(first.Span.To(value.Span), name.Name, value);
        diagnostics.Report(source, first.Span, DiagnosticCatalog.ArgumentNameIsNotAName);
        return new ArgumentSyntax(first.Span.To(value.Span), null, value);
    }

    private ExpressionSyntax Index(ExpressionSyntax target, ref ChildReader children)
    {
        IndexContext context = children.Rule<IndexContext>();
        Span span = target.Span.To(SpanOf(children.Token()));
        var inner = new ChildReader(context);
        ExpressionSyntax? from = inner.TryRule<ExpressionContext>() is { } first ? Expression(first) : null;
        if (inner.AtEnd)
            return new IndexSyntax(span, target, from!);
        bool isClosed = inner.Token().Type == RANGE_CLOSED;
        ExpressionSyntax? to = inner.TryRule<ExpressionContext>() is { } last ? Expression(last) : null;
        return new SliceSyntax(span, target, from, to, isClosed);
    }

    private ArrayLiteralSyntax ArrayLiteral(ArrayLiteralContext context)
    {
        var elements = ImmutableArray.CreateBuilder<ExpressionSyntax>(context.ChildCount / 2);
        foreach (var child in context.children)
        {
            if (child is ExpressionContext element)
                elements.Add(Expression(element));
        }

        return new ArrayLiteralSyntax(SpanOf(context), elements.DrainToImmutable());
    }

    /// <param name="operand">What follows the array: perhaps the value of its elements.</param>
    private NewArraySyntax NewArray(NewArrayContext context, ref ChildReader operand)
    {
        RequireParts(context, MaximumTypeDepth);
        var children = new ChildReader(context);
        children.Skip();
        TypeSyntax element = children.TryToken(LPAREN) ? ParenthesizedType(ref children) : NamedType(ref children);
        var sizes = ImmutableArray.CreateBuilder<ExpressionSyntax>();
        while (children.NextToken is LBRACK or QUESTION)
            element = NewArraySuffix(element, sizes, ref children);
        if (sizes.Count == 0)
            diagnostics.Report(source, SpanOf(context), DiagnosticCatalog.NewWithoutSize, source.Text[element.Span.Start..element.Span.End]);

        Identifier? parameter = null;
        ExpressionSyntax? initializer = null;
        Span span = SpanOf(context);
        if (operand.TryToken(LPAREN))
        {
            initializer = Expression(operand.Rule<ExpressionContext>());
            span = span.To(SpanOf(operand.Token()));
            if (initializer is LambdaSyntax { Parameters: [{ Type: null } index], Value: { } value })
                (parameter, initializer) = (index.Name, value);
        }

        return new NewArraySyntax(span, element, sizes.ToImmutable(), parameter, initializer);
    }

    // In "new int[]?[n][m]" the suffixes without a size belong to the element type; none may follow a size.
    private TypeSyntax NewArraySuffix(TypeSyntax element, ImmutableArray<ExpressionSyntax>.Builder sizes, ref ChildReader children)
    {
        IToken token = children.Token();
        if (token.Type == LBRACK && children.TryRule<ExpressionContext>() is { } size)
        {
            sizes.Add(Expression(size));
            children.Skip();
            return element;
        }

        Span end = SpanOf(token.Type == LBRACK ? children.Token() : token);
        if (sizes.Count > 0)
            diagnostics.Report(source, SpanOf(token).To(end), DiagnosticCatalog.NewSuffixAfterSize);
        return token.Type == QUESTION ? new NullableTypeSyntax(element.Span.To(end), element) : new ArrayTypeSyntax(element.Span.To(end), element);
    }

    private IfSyntax If(IfExpressionContext context)
    {
        var children = new ChildReader(context);
        var clauses = ImmutableArray.CreateBuilder<IfClause>();
        BlockSyntax? otherwise = null;
        while (!children.AtEnd)
        {
            int keyword = children.Token().Type;
            if (keyword == ELSE)
            {
                otherwise = Block(children.Rule<BlockContext>());
                break;
            }

            if (keyword == ELSE_IF)
                children.Skip();
            ExpressionSyntax condition = Expression(children.Rule<ExpressionContext>());
            clauses.Add(new IfClause(condition, Block(children.Rule<BlockContext>())));
        }

        return new IfSyntax(SpanOf(context), clauses.ToImmutable(), otherwise);
    }

    private StringTemplateSyntax StringTemplate(StringTemplateContext context)
    {
        var parts = ImmutableArray.CreateBuilder<ExpressionSyntax>();
        var children = new ChildReader(context);
        while (!children.AtEnd)
        {
            if (children.TryRule<ExpressionContext>() is { } expression)
                parts.Add(Expression(expression));
            else if (children.NextToken == STRING_TEXT)
                parts.Add(Text(children.Token()));
            else
                children.Skip();
        }

        return new StringTemplateSyntax(SpanOf(context), parts.ToImmutable());
    }

    private StringLiteralSyntax Text(IToken token) => new(SpanOf(token), Literals.Unescape(SpanOf(token)));

    /// <summary>
    /// Applies precedence to a flat list of operators with two stacks, so that neither long nor ill-balanced chains recurse.
    /// All operators are left-associative.
    /// </summary>
    private readonly struct PrecedenceClimber(TreeBuilder builder)
    {
        private readonly Stack<ExpressionSyntax> operands = new();
        private readonly Stack<(BinaryOperator Operator, Span Span)> operators = new();

        public ExpressionSyntax Run(ExpressionSyntax first, ref ChildReader children)
        {
            operands.Push(first);
            while (!children.AtEnd)
            {
                IToken token = children.Token();
                if (token.Type is IS or AS or AS_SAFE)
                {
                    ApplyTypeOperator(token, builder.Type(children.Rule<TypeContext>()));
                    continue;
                }

                BinaryOperator next = BinaryOperatorOf(token.Type);
                Reduce(PrecedenceOf(next));
                operators.Push((next, SpanOf(token)));
                operands.Push(builder.Operand(children.Rule<OperandContext>()));
            }

            Reduce(0);
            return operands.Pop();
        }

        private void ApplyTypeOperator(IToken token, TypeSyntax type)
        {
            Reduce(token.Type == IS ? ComparisonPrecedence : CastPrecedence);
            ExpressionSyntax operand = operands.Pop();
            Span span = operand.Span.To(type.Span);
            operands.Push(token.Type == IS ? new TypeTestSyntax(span, operand, type) : new CastSyntax(span, operand, type, token.Type == AS_SAFE));
        }

        private void Reduce(int precedence)
        {
            while (operators.Count > 0 && PrecedenceOf(operators.Peek().Operator) >= precedence)
            {
                (BinaryOperator @operator, Span span) = operators.Pop();
                ExpressionSyntax right = operands.Pop();
                ExpressionSyntax left = operands.Pop();
                operands.Push(new BinarySyntax(left.Span.To(right.Span), @operator, span, left, right));
            }
        }
    }

    private const int ComparisonPrecedence = 4;
    private const int CastPrecedence = 12;

    private static int PrecedenceOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => 1,
        BinaryOperator.And => 2,
        BinaryOperator.Equal or BinaryOperator.NotEqual or BinaryOperator.Identical or BinaryOperator.NotIdentical => 3,
        BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual
            or BinaryOperator.Compare or BinaryOperator.In => ComparisonPrecedence,
        BinaryOperator.Coalesce => 5,
        BinaryOperator.BitOr => 6,
        BinaryOperator.BitXor => 7,
        BinaryOperator.BitAnd => 8,
        BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight or BinaryOperator.ShiftRightUnsigned => 9,
        BinaryOperator.Add or BinaryOperator.Subtract => 10,
        BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.Remainder => 11,
    };

    private static BinaryOperator BinaryOperatorOf(int token) => token switch
    {
        PLUS => BinaryOperator.Add,
        MINUS => BinaryOperator.Subtract,
        STAR => BinaryOperator.Multiply,
        SLASH => BinaryOperator.Divide,
        PERCENT => BinaryOperator.Remainder,
        AMP => BinaryOperator.BitAnd,
        BAR => BinaryOperator.BitOr,
        CARET => BinaryOperator.BitXor,
        SHL => BinaryOperator.ShiftLeft,
        SHR => BinaryOperator.ShiftRight,
        USHR => BinaryOperator.ShiftRightUnsigned,
        LT => BinaryOperator.Less,
        LE => BinaryOperator.LessOrEqual,
        GT => BinaryOperator.Greater,
        GE => BinaryOperator.GreaterOrEqual,
        COMPARE => BinaryOperator.Compare,
        IN => BinaryOperator.In,
        EQ => BinaryOperator.Equal,
        NE => BinaryOperator.NotEqual,
        IDENTICAL => BinaryOperator.Identical,
        NOT_IDENTICAL => BinaryOperator.NotIdentical,
        AND => BinaryOperator.And,
        OR => BinaryOperator.Or,
        _ => BinaryOperator.Coalesce,
    };
}
