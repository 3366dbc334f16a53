using System.Collections.Immutable;
using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>Functions, operators among them, and the two sides of properties.</summary>
internal sealed partial class TreeBuilder
{
    private FunctionSyntax Function(ParserRuleContext declaration, Modifiers modifiers, FunctionDeclarationContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        FunctionNameContext path = children.Rule<FunctionNameContext>();
        children.Skip();
        ImmutableArray<ParameterSyntax> parameters = children.TryRule<ParametersContext>() is { } list ? Parameters(list) : [];
        children.Skip();
        TypeSyntax? returnType = children.TryToken(COLON) ? Type(children.Rule<TypeContext>()) : null;
        (BlockSyntax? body, ExpressionSyntax? expression) = Body(ref children);
        (Identifier name, ImmutableArray<TypeParameterSyntax> typeParameters) = OwnName(path, modifiers, parameters.Length);
        return new FunctionSyntax(SpanOf(declaration), modifiers, name, typeParameters, parameters, returnType, body, expression) { Extended = ExtendedType(path) };
    }

    private (BlockSyntax? Body, ExpressionSyntax? Expression) Body(ref ChildReader children)
    {
        BlockSyntax? body = children.TryRule<BlockContext>() is { } block ? Block(block) : null;
        return (body, children.TryToken(ASSIGN) ? Expression(children.Rule<ExpressionContext>()) : null);
    }

    /// <summary>The last step of a function's path.</summary>
    private (Identifier Name, ImmutableArray<TypeParameterSyntax> TypeParameters) OwnName(FunctionNameContext path, Modifiers modifiers, int parameterCount)
    {
        var last = (ParserRuleContext)path.children[^1];
        bool isOperator = (modifiers & Modifiers.Operator) != 0;
        if (last is OperatorNameContext @operator)
        {
            Identifier symbol = OperatorName(@operator, parameterCount);
            if (!isOperator)
                diagnostics.Report(source, symbol.Span, DiagnosticCatalog.OperatorWithoutModifier, symbol.Text);
            return (symbol, @operator.children[^1] is TypeParametersContext own ? TypeParameters(own) : []);
        }

        var children = new ChildReader(last);
        Identifier name = Name(children.Token());
        if (isOperator)
            diagnostics.Report(source, name.Span, DiagnosticCatalog.NotAnOperator, name.Text);
        ImmutableArray<TypeParameterSyntax> typeParameters = TypeParameters(ref children);
        if (!children.AtEnd)
            ReportInName(children.Token());
        return (name, typeParameters);
    }

    /// <summary>The operator as it is written; one that stands alone before its operand is apart from the one between two.</summary>
    private Identifier OperatorName(OperatorNameContext context, int parameterCount)
    {
        IToken[] tokens = [.. context.children.OfType<ITerminalNode>().Select(t => t.Symbol)];
        Span span = SpanOf(tokens[0]).To(SpanOf(tokens[^1]));
        string text = string.Concat(tokens.Select(t => t.Text));
        return new Identifier(parameterCount == 0 && text is "-" or "!" ? "unary " + text : text, span);
    }

    /// <summary>The type that the steps before the last name; null when there are none.</summary>
    private TypeSyntax? ExtendedType(FunctionNameContext path)
    {
        var names = ImmutableArray.CreateBuilder<Identifier>();
        ImmutableArray<TypeSyntax> arguments = [];
        TypeSyntax? type = null;
        var children = new ChildReader(path);
        for (int i = 0; i < path.ChildCount - 1; i += 2)
        {
            var inner = new ChildReader(children.Rule<ParserRuleContext>());
            IToken start = inner.Token();
            if (type is not null || start.Type != IDENT)
                ReportInName(start);
            else
                names.Add(Name(start));
            arguments = inner.TryRule<TypeParametersContext>() is { } list ? [.. TypesOf(list)] : [];
            bool isNullable = children.Token().Type == SAFE_DOT;
            if (names.Count > 0 && (!arguments.IsEmpty || !inner.AtEnd || isNullable || i + 3 >= path.ChildCount))
                type = WithSuffixes(new NamedTypeSyntax(names[0].Span.To(SpanOf((ParserRuleContext)path.children[i])), names.ToImmutable(), arguments), ref inner);
            if (type is not null && isNullable)
                type = new NullableTypeSyntax(type.Span, type);
        }

        return type;
    }

    private IEnumerable<TypeSyntax> TypesOf(TypeParametersContext context)
    {
        foreach (var child in context.children)
        {
            if (child is not TypeParameterContext parameter)
                continue;
            var children = new ChildReader(parameter);
            yield return Type(children.Rule<TypeContext>());
            if (!children.AtEnd)
                ReportInName(children.Token());
        }
    }

    private void ReportInName(IToken token) => diagnostics.Report(source, SpanOf(token), DiagnosticCatalog.UnexpectedToken, "'.' or '('", $"'{token.Text}'");

    /// <summary>One side of a property.</summary>
    private FunctionSyntax Property(DeclarationContext declaration, Modifiers modifiers, PropertyDeclarationContext context)
    {
        var children = new ChildReader(context);
        bool isGetter = children.Token().Type == GET;
        Identifier name = Name(children.Token());
        children.Skip();
        TypeSyntax? type = isGetter ? Type(children.Rule<TypeContext>()) : null;
        ImmutableArray<ParameterSyntax> parameters = isGetter ? [] : [Parameter(children.Rule<ParameterContext>())];
        if (!isGetter)
            children.Skip();
        (BlockSyntax? body, ExpressionSyntax? expression) = Body(ref children);
        return new FunctionSyntax(SpanOf(declaration), modifiers, name, [], parameters, type, body, expression) { Accessor = isGetter ? Accessor.Get : Accessor.Set };
    }
}
