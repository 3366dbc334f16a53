using System.Collections.Immutable;
using Antlr4.Runtime;
using ByteVm.Bytecode;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// ANTLR's parse tree to the syntax tree: one method per rule, each reading its children in the order of the rule. Only well-formed parse
/// trees come here. This part builds declarations.
/// </summary>
internal sealed partial class TreeBuilder(SourceText source, DocumentationComments documentation, DiagnosticBag diagnostics)
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>What is wrong inside of Literals. They stay literals, so it is no reason to refuse a declaration.</summary>
    private readonly DiagnosticBag literalErrors = new();

    private LiteralDecoder Literals => field ??= new LiteralDecoder(source, literalErrors);

    private readonly ImmutableArray<ImportSyntax>.Builder imports = ImmutableArray.CreateBuilder<ImportSyntax>();
    private readonly ImmutableArray<DeclarationSyntax>.Builder declarations = ImmutableArray.CreateBuilder<DeclarationSyntax>();

    /// <summary>Adds an import or declaration, unless it is refused.</summary>
    public void Add(TopLevelContext context)
    {
        int before = diagnostics.Count;
        if (context.children[0] is ImportDeclarationContext import)
            AddUnlessReported(imports, Import(import), before);
        else
            AddUnlessReported(declarations, Declaration((DeclarationContext)context.children[0]), before);
    }

    private void AddUnlessReported<T>(ImmutableArray<T>.Builder list, T node, int before)
    {
        if (diagnostics.Count == before)
            list.Add(node);
    }

    /// <summary>All that was added.</summary>
    public ModuleSyntax ToModule()
    {
        diagnostics.Add(literalErrors);
        return new ModuleSyntax(source, imports.ToImmutable(), declarations.ToImmutable()) { Documentation = documentation.OfModule };
    }

    private static Span SpanOf(ParserRuleContext context) => new(context.Start.StartIndex, context.Stop.StopIndex + 1);

    private static Span SpanOf(IToken token) => new(token.StartIndex, token.StopIndex + 1);

    private Identifier Name(IToken token) => new(Intern(token), SpanOf(token));

    // Names repeat: one string for each.
    private string Intern(IToken token)
    {
        ReadOnlySpan<char> text = source.Text.AsSpan(token.StartIndex, token.StopIndex + 1 - token.StartIndex);
        var lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(text, out string? name))
            return name;
        lookup.Add(text);
        lookup.TryGetValue(text, out name);
        return name!;
    }

    private ImportSyntax Import(ImportDeclarationContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        var path = ImmutableArray.CreateBuilder<Identifier>();
        path.Add(Name(children.Token()));
        ImmutableArray<Identifier> imported = default;
        while (children.TryToken(DOT))
        {
            ImportStepContext step = children.Rule<ImportStepContext>();
            if (!imported.IsDefault)
                diagnostics.Report(source, SpanOf(step), DiagnosticCatalog.ImportListNotLast);
            else if (step.Start.Type == IDENT)
                path.Add(Name(step.Start));
            else
                imported = ImportedNames(step);
        }

        Identifier? alias = children.TryToken(AS) ? Name(children.Token()) : null;
        if (alias is not null && !imported.IsDefault)
            diagnostics.Report(source, alias.Value.Span, DiagnosticCatalog.ImportListNotLast);
        return new ImportSyntax(SpanOf(context), path.ToImmutable(), imported, alias);
    }

    private ImmutableArray<Identifier> ImportedNames(ImportStepContext context)
    {
        var imported = ImmutableArray.CreateBuilder<Identifier>();
        var children = new ChildReader(context);
        while (!children.AtEnd)
        {
            IToken token = children.Token();
            if (token.Type == IDENT)
                imported.Add(Name(token));
        }

        return imported.ToImmutable();
    }

    private DeclarationSyntax Declaration(DeclarationContext context)
    {
        var children = new ChildReader(context);
        Modifiers modifiers = ReadModifiers(ref children);
        DeclarationSyntax declaration = children.Rule<ParserRuleContext>() switch
        {
            FunctionDeclarationContext function => Function(context, modifiers, function),
            PropertyDeclarationContext property => Property(context, modifiers, property),
            ClassDeclarationContext @class => Class(context, modifiers, @class),
            EnumDeclarationContext @enum => Enum(context, modifiers, @enum),
            InterfaceDeclarationContext @interface => Interface(context, modifiers, @interface),
            VariableDeclarationContext variable => Variable(modifiers, variable),
            TestDeclarationContext test => Test(context, modifiers, test),
            var initializer => Initializer(context, modifiers, (InitializerContext)initializer),
        };
        return documentation.Of(context.Start) is { } text ? declaration with { Documentation = text } : declaration;
    }

    private Modifiers ReadModifiers(ref ChildReader children)
    {
        var modifiers = Modifiers.None;
        while (ModifierOf(children.NextToken) is var modifier and not Modifiers.None)
        {
            IToken token = children.Token();
            if ((modifiers & modifier) != 0)
                diagnostics.Report(source, SpanOf(token), DiagnosticCatalog.RepeatedModifier, token.Text);
            modifiers |= modifier;
        }

        return modifiers;
    }

    private static Modifiers ModifierOf(int token) => token switch
    {
        PRIVATE => Modifiers.Private,
        OPEN => Modifiers.Open,
        ABSTRACT => Modifiers.Abstract,
        OVERRIDE => Modifiers.Override,
        STATIC => Modifiers.Static,
        EXTERN => Modifiers.Extern,
        VALUE => Modifiers.Value,
        OPERATOR => Modifiers.Operator,
        INLINE => Modifiers.Inline,
        _ => Modifiers.None,
    };

    private ImmutableArray<TypeParameterSyntax> TypeParameters(ref ChildReader children)
    {
        return children.TryRule<TypeParametersContext>() is { } list ? TypeParameters(list) : [];
    }

    private ImmutableArray<TypeParameterSyntax> TypeParameters(TypeParametersContext list)
    {
        var parameters = ImmutableArray.CreateBuilder<TypeParameterSyntax>(list.ChildCount / 2);
        foreach (var child in list.children)
        {
            if (child is TypeParameterContext parameter)
                parameters.Add(TypeParameter(parameter));
        }

        return parameters.DrainToImmutable();
    }

    private TypeParameterSyntax TypeParameter(TypeParameterContext context)
    {
        var children = new ChildReader(context);
        TypeSyntax name = Type(children.Rule<TypeContext>());
        TypeSyntax? bound = children.TryToken(COLON) ? Type(children.Rule<TypeContext>()) : null;
        if (name is NamedTypeSyntax { Path: [var identifier], Arguments.IsEmpty: true })
            return new TypeParameterSyntax(SpanOf(context), identifier, bound);
        diagnostics.Report(source, name.Span, DiagnosticCatalog.UnexpectedToken, "the name of a type parameter", "a type");
        return new TypeParameterSyntax(SpanOf(context), new Identifier("?", name.Span), bound);
    }

    private ImmutableArray<ParameterSyntax> Parameters(ParametersContext context)
    {
        var parameters = ImmutableArray.CreateBuilder<ParameterSyntax>(context.ChildCount / 2 + 1);
        foreach (var child in context.children)
        {
            if (child is ParameterContext parameter)
                parameters.Add(Parameter(parameter));
        }

        return parameters.DrainToImmutable();
    }

    private ParameterSyntax Parameter(ParameterContext context)
    {
        var children = new ChildReader(context);
        Identifier name = Name(children.Token());
        children.Skip();
        TypeSyntax type = Type(children.Rule<TypeContext>());
        ExpressionSyntax? value = children.TryToken(ASSIGN) ? Expression(children.Rule<ExpressionContext>()) : null;
        return new ParameterSyntax(SpanOf(context), name, type, value);
    }

    private ClassSyntax Class(DeclarationContext declaration, Modifiers modifiers, ClassDeclarationContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        Identifier name = Name(children.Token());
        ImmutableArray<TypeParameterSyntax> typeParameters = TypeParameters(ref children);
        ImmutableArray<ClassParameterSyntax> parameters = [];
        if (children.TryToken(LPAREN))
        {
            parameters = children.TryRule<ClassParametersContext>() is { } list ? ClassParameters(list) : [];
            children.Skip();
        }

        ImmutableArray<SuperTypeSyntax> superTypes = children.TryRule<SuperTypesContext>() is { } supers ? SuperTypes(supers) : [];
        ImmutableArray<DeclarationSyntax> members = children.TryRule<MemberBlockContext>() is { } block ? Members(block) : [];
        return new ClassSyntax(SpanOf(declaration), modifiers, name, typeParameters, IsInterface: false, parameters, superTypes, members);
    }

    private ImmutableArray<ClassParameterSyntax> ClassParameters(ClassParametersContext context)
    {
        var parameters = ImmutableArray.CreateBuilder<ClassParameterSyntax>(context.ChildCount / 2 + 1);
        foreach (var child in context.children)
        {
            if (child is ClassParameterContext parameter)
                parameters.Add(ClassParameter(parameter));
        }

        return parameters.DrainToImmutable();
    }

    private ClassParameterSyntax ClassParameter(ClassParameterContext context)
    {
        var children = new ChildReader(context);
        Modifiers modifiers = ReadModifiers(ref children);
        FieldKind field = children.TryToken(LET) ? FieldKind.Let : children.TryToken(VAR) ? FieldKind.Var : FieldKind.None;
        return new ClassParameterSyntax(modifiers, field, Parameter(children.Rule<ParameterContext>()));
    }

    private ClassSyntax Interface(DeclarationContext declaration, Modifiers modifiers, InterfaceDeclarationContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        Identifier name = Name(children.Token());
        ImmutableArray<TypeParameterSyntax> typeParameters = TypeParameters(ref children);
        ImmutableArray<SuperTypeSyntax> superTypes = children.TryRule<SuperTypesContext>() is { } supers ? SuperTypes(supers) : [];
        ImmutableArray<DeclarationSyntax> members = children.TryRule<MemberBlockContext>() is { } block ? Members(block) : [];
        return new ClassSyntax(SpanOf(declaration), modifiers, name, typeParameters, IsInterface: true, [], superTypes, members);
    }

    private ImmutableArray<SuperTypeSyntax> SuperTypes(SuperTypesContext context)
    {
        var superTypes = ImmutableArray.CreateBuilder<SuperTypeSyntax>();
        foreach (var child in context.children)
        {
            if (child is SuperTypeContext superType)
                superTypes.Add(SuperType(superType));
        }

        return superTypes.ToImmutable();
    }

    private SuperTypeSyntax SuperType(SuperTypeContext context)
    {
        var children = new ChildReader(context);
        TypeSyntax type = Type(children.Rule<TypeContext>());
        ImmutableArray<ArgumentSyntax> arguments = default;
        if (children.TryToken(LPAREN))
            arguments = children.TryRule<ArgumentsContext>() is { } list ? Arguments(list) : [];
        return new SuperTypeSyntax(SpanOf(context), type, arguments);
    }

    private ImmutableArray<DeclarationSyntax> Members(MemberBlockContext context)
    {
        var members = ImmutableArray.CreateBuilder<DeclarationSyntax>();
        foreach (var child in context.children)
        {
            if (child is DeclarationContext member)
                members.Add(Declaration(member));
        }

        return members.ToImmutable();
    }

    private VariableSyntax Variable(Modifiers modifiers, VariableDeclarationContext context)
    {
        var children = new ChildReader(context);
        bool isMutable = children.Token().Type == VAR;
        if (children.NextToken == LPAREN)
            diagnostics.Report(source, SpanOf(context), DiagnosticCatalog.DestructuringOutside);
        Identifier name = children.NextToken == LPAREN ? Names(ref children)[0] : Name(children.Token());
        TypeSyntax? type = children.TryToken(COLON) ? Type(children.Rule<TypeContext>()) : null;
        ExpressionSyntax? initializer = children.TryToken(ASSIGN) ? Expression(children.Rule<ExpressionContext>()) : null;
        return new VariableSyntax(SpanOf(context), modifiers, name, isMutable, type, initializer);
    }

    private InitializerSyntax Initializer(DeclarationContext declaration, Modifiers modifiers, InitializerContext context)
    {
        var children = new ChildReader(context);
        Identifier name = Name(children.Token());
        return new InitializerSyntax(SpanOf(declaration), modifiers, name, Block(children.Rule<BlockContext>()));
    }

    private TestSyntax Test(DeclarationContext declaration, Modifiers modifiers, TestDeclarationContext context)
    {
        var children = new ChildReader(context);
        Identifier keyword = Name(children.Token());
        Span quoted = SpanOf(children.Token());
        string title = Literals.Unescape(new Span(quoted.Start + 1, quoted.End - 1));
        return new TestSyntax(SpanOf(declaration), modifiers, keyword with { Span = quoted }, title, Block(children.Rule<BlockContext>()));
    }

    private TypeSyntax Type(TypeContext context)
    {
        var children = new ChildReader(context);
        if (children.NextToken == FN)
            return FunctionType(context);
        TypeSyntax type = children.TryToken(LPAREN) ? ParenthesizedType(ref children) : NamedType(ref children);
        return WithSuffixes(type, ref children);
    }

    private TypeSyntax ParenthesizedType(ref ChildReader children)
    {
        TypeSyntax type = Type(children.Rule<TypeContext>());
        if (children.NextToken == COMMA)
            return TupleType(type, ref children);
        children.Skip();
        return type;
    }

    private FunctionTypeSyntax FunctionType(TypeContext context)
    {
        var types = ImmutableArray.CreateBuilder<TypeSyntax>();
        foreach (var child in context.children)
        {
            if (child is TypeContext type)
                types.Add(Type(type));
        }

        TypeSyntax result = types[^1];
        types.RemoveAt(types.Count - 1);
        return new FunctionTypeSyntax(SpanOf(context), types.ToImmutable(), result);
    }

    private NamedTypeSyntax NamedType(ref ChildReader children)
    {
        Identifier first = Name(children.Token());
        var path = ImmutableArray.CreateBuilder<Identifier>();
        path.Add(first);
        while (children.TryToken(DOT))
            path.Add(Name(children.Token()));
        Span span = first.Span.To(path[^1].Span);
        if (children.TryRule<TypeArgumentsContext>() is not { } arguments)
            return new NamedTypeSyntax(span, path.DrainToImmutable(), []);
        return new NamedTypeSyntax(span.To(SpanOf(arguments)), path.DrainToImmutable(), TypeArguments(arguments));
    }

    private ImmutableArray<TypeSyntax> TypeArguments(TypeArgumentsContext context)
    {
        var arguments = ImmutableArray.CreateBuilder<TypeSyntax>(context.ChildCount / 2);
        foreach (var child in context.children)
        {
            if (child is TypeContext argument)
                arguments.Add(Type(argument));
        }

        return arguments.DrainToImmutable();
    }

    /// <summary>Parts of <c>new T[n]…</c>, three for each pair of brackets: more make a type that no module can have.</summary>
    private const int MaximumTypeDepth = 3 * FormatLimits.MaxTypeDepth;

    private TypeSyntax WithSuffixes(TypeSyntax type, ref ChildReader suffixes)
    {
        int depth = 0;
        for (; !suffixes.AtEnd; depth++)
            type = TypeSuffix(type, ref suffixes);
        if (depth > FormatLimits.MaxTypeDepth)
            diagnostics.Report(source, type.Span, DiagnosticCatalog.NestingTooDeep);
        return type;
    }

    private static TypeSyntax TypeSuffix(TypeSyntax type, ref ChildReader children)
    {
        IToken token = children.Token();
        if (token.Type == QUESTION)
            return new NullableTypeSyntax(type.Span.To(SpanOf(token)), type);
        return new ArrayTypeSyntax(type.Span.To(SpanOf(children.Token())), type);
    }
}
