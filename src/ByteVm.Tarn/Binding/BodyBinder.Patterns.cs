using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Patterns: what their names mean, and whether a value of a type can match them.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>The variables of the pattern so far.</summary>
    private Dictionary<string, LocalSymbol> patternVariables = new(StringComparer.Ordinal);

    /// <summary>Inside the second and later alternatives: the variables of the first, which are theirs too.</summary>
    private Dictionary<string, LocalSymbol>? firstVariables;

    /// <summary>A pattern of this match was refused, so nothing can be said about what all of them cover.</summary>
    private bool hasWrongPattern;

    private Pattern BindArmPattern(PatternSyntax syntax, TarnType type)
    {
        (Dictionary<string, LocalSymbol> variables, Dictionary<string, LocalSymbol>? first) = (patternVariables, firstVariables);
        (patternVariables, firstVariables) = (new Dictionary<string, LocalSymbol>(StringComparer.Ordinal), null);
        Pattern pattern = BindPattern(syntax, type);
        (patternVariables, firstVariables) = (variables, first);
        return pattern;
    }

    private Pattern BindPattern(PatternSyntax syntax, TarnType type)
    {
        if (syntax is AlternativesSyntax alternatives)
            return BindAlternatives(alternatives, type);
        if (syntax is NullPatternSyntax)
            return BindNullPattern(syntax.Span, type);
        if (!type.IsNullable || IsVariable(syntax, type))
            return BindNonNullPattern(syntax, type);
        Pattern inner = BindNonNullPattern(syntax, type.NonNull);
        return new ConstructorPattern(new NonNullConstructor(), [inner]);
    }

    private Pattern BindNonNullPattern(PatternSyntax syntax, TarnType type) => syntax switch
    {
        NamePatternSyntax s => BindNamePattern(s, type),
        TypePatternSyntax s => BindTypePattern(s, type),
        ConstantPatternSyntax s => BindConstantPattern(s.Value, type),
        RangePatternSyntax s => BindRangePattern(s, type),
        var s => BindTuplePattern((TuplePatternSyntax)s, type),
    };

    private Pattern BindAlternatives(AlternativesSyntax syntax, TarnType type)
    {
        (Dictionary<string, LocalSymbol> around, Dictionary<string, LocalSymbol>? first) = (patternVariables, firstVariables);
        var patterns = ImmutableArray.CreateBuilder<Pattern>();
        Dictionary<string, LocalSymbol>? wanted = null;
        foreach (PatternSyntax alternative in syntax.Patterns)
        {
            patternVariables = new Dictionary<string, LocalSymbol>(StringComparer.Ordinal);
            firstVariables = wanted ?? first;
            Pattern pattern = BindPattern(alternative, type);
            if (pattern is OrPattern or)
                patterns.AddRange(or.Alternatives);
            else
                patterns.Add(pattern);
            wanted ??= patternVariables;
            if (wanted.Keys.Concat(patternVariables.Keys).FirstOrDefault(name => !wanted.ContainsKey(name) || !patternVariables.ContainsKey(name)) is { } name)
                RefuseAlternative(alternative.Span, name, type);
        }

        (patternVariables, firstVariables) = (around, first);
        foreach ((string name, LocalSymbol variable) in wanted!)
            NoteVariable(name, variable, syntax.Span);
        return new OrPattern(patterns.ToImmutable());
    }

    /// <summary>Where the type is not known, names that are cases look like variables.</summary>
    private void RefuseAlternative(Span span, string name, TarnType type)
    {
        if (type.IsError)
            hasWrongPattern = true;
        else
            ReportPattern(span, DiagnosticCatalog.AlternativeVariables, name);
    }

    private void NoteVariable(string name, LocalSymbol variable, Span span)
    {
        if (!patternVariables.TryAdd(name, variable))
            ReportPattern(span, DiagnosticCatalog.AlreadyDeclared, name);
    }

    private void ReportPattern(Span span, DiagnosticDescriptor descriptor, params object[] arguments)
    {
        hasWrongPattern = true;
        Report(span, descriptor, arguments);
    }

    private void ReportImpossiblePattern(Span span, TarnType from, TarnType to)
    {
        hasWrongPattern = true;
        ReportImpossible(span, from, to);
    }

    private AnyPattern BindVariable(Identifier name, TarnType type)
    {
        if (name.Text == "_")
            return AnyPattern.Wild;
        LocalSymbol? variable = firstVariables?.GetValueOrDefault(name.Text);
        if (variable is null)
            variable = Declare(name, type, isMutable: false);
        else if (variable.Type != type && !type.IsError)
            ReportPattern(name.Span, DiagnosticCatalog.AlternativeVariables, name.Text);
        NoteVariable(name.Text, variable, name.Span);
        return new AnyPattern(variable);
    }

    private Pattern BindNullPattern(Span span, TarnType type)
    {
        if (type.IsNullable)
            return new ConstructorPattern(new NullConstructor(), []);
        if (!type.IsError)
            ReportPattern(span, DiagnosticCatalog.NullForNonNull, type);
        return AnyPattern.Wild;
    }

    /// <summary>A lone name is a variable, unless the matched enum has a case of that name.</summary>
    private static bool IsVariable(PatternSyntax syntax, TarnType type) =>
        syntax is NamePatternSyntax { Path.Length: 1, Arguments.IsDefault: true } name && CaseOf(type.NonNull, name.Path[0].Text) is null;

    private static ClassSymbol? CaseOf(TarnType type, string name) =>
        type is ClassType { Symbol.IsEnum: true } @enum && @enum.Symbol.Members.GetValueOrDefault(name) is ClassSymbol { IsCase: true } @case ? @case : null;

    private Pattern BindNamePattern(NamePatternSyntax syntax, TarnType type)
    {
        if (IsVariable(syntax, type))
            return BindVariablePattern(syntax.Path[0], type);
        Identifier last = syntax.Path[^1];
        if (type.IsError)
            return Refuse(syntax.Arguments);
        if (syntax.Path.Length == 1 && CaseOf(type, last.Text) is { } own)
            return BindCasePattern(syntax, own, (ClassType)type);
        Symbol? symbol = syntax.Path.Length == 1 ? Lookup(last.Text) : Qualified(syntax.Path);
        if (symbol is ClassSymbol { IsCase: true } @case)
            return BindForeignCase(syntax, @case, type);
        if (symbol is ClassSymbol @class && !syntax.Arguments.IsDefault)
            return BindClassPattern(syntax, @class, type);
        if (symbol is ClassSymbol)
            ReportPattern(syntax.Span, DiagnosticCatalog.TypeAsPattern, last.Text);
        else if (IsEnum(type))
            ReportPattern(last.Span, DiagnosticCatalog.NoSuchCase, type, last.Text);
        else
            ReportPattern(syntax.Span, DiagnosticCatalog.NotAPattern, last.Text);
        return Refuse(syntax.Arguments);
    }

    /// <summary>A variable; but a name that looks like a case or type is most likely meant as one.</summary>
    private AnyPattern BindVariablePattern(Identifier name, TarnType type)
    {
        if (IsEnum(type) && char.IsUpper(name.Text[0]))
            ReportPattern(name.Span, DiagnosticCatalog.NoSuchCase, type.NonNull, name.Text);
        else if (Lookup(name.Text) is ClassSymbol)
            ReportPattern(name.Span, DiagnosticCatalog.TypeAsPattern, name.Text);
        return BindVariable(name, type);
    }

    private Symbol? Qualified(ImmutableArray<Identifier> path)
    {
        Symbol? symbol = Lookup(path[0].Text);
        foreach (Identifier name in path.AsSpan()[1..])
        {
            symbol = symbol switch
            {
                ModuleSymbol other => other.Members.GetValueOrDefault(name.Text),
                ClassSymbol @class => @class.Members.GetValueOrDefault(name.Text),
                _ => null,
            };
        }

        return symbol is not null && IsAccessible(symbol, path[^1].Span) ? symbol : null;
    }

    /// <summary>The variables of what was reported, so that their uses say nothing more.</summary>
    private AnyPattern Refuse(ImmutableArray<PatternSyntax> patterns)
    {
        foreach (PatternSyntax pattern in patterns.IsDefault ? [] : patterns)
            BindPattern(pattern, BuiltInType.Error);
        return AnyPattern.Wild;
    }

    private ConstructorPattern BindCasePattern(NamePatternSyntax syntax, ClassSymbol @case, ClassType type)
    {
        ClassType caseType = @case.Construct(type.Arguments);
        return new ConstructorPattern(new CaseConstructor(caseType), BindParts(syntax, @case.Name, @case.Fields, caseType));
    }

    /// <summary>A case of an enum that is not the type of the value but may turn out to be: its type is tested first.</summary>
    private Pattern BindForeignCase(NamePatternSyntax syntax, ClassSymbol @case, TarnType type)
    {
        ClassSymbol @enum = @case.Class!;
        if (type is ClassType own && own.Symbol == @enum)
            return BindCasePattern(syntax, @case, own);
        if (!@enum.TypeParameters.IsEmpty || !TypeRelations.MayBe(type, @enum.Type))
        {
            ReportPattern(syntax.Span, DiagnosticCatalog.NoSuchCase, type, @case.Name);
            return Refuse(syntax.Arguments);
        }

        return new ConstructorPattern(new TypeConstructor(@enum.Type), [BindCasePattern(syntax, @case, @enum.Type)]);
    }

    /// <summary>A class whose constructor's parameters are all fields can be taken apart.</summary>
    private Pattern BindClassPattern(NamePatternSyntax syntax, ClassSymbol @class, TarnType type)
    {
        FieldSymbol[] fields = [.. @class.Fields.Where(f => f.Parameter is not null && IsVisible(f))];
        ClassType? tested = @class.TypeParameters.IsEmpty ? @class.Type : TypeRelations.ClassOf(type)?.AsSuper(@class);
        if (tested is null || @class.Constructor is null || fields.Length != @class.Constructor.Parameters.Length)
        {
            ReportPattern(syntax.Span, DiagnosticCatalog.NotDeconstructible, @class.Name);
            return Refuse(syntax.Arguments);
        }

        if (!TypeRelations.IsSubtype(type, tested) && !TypeRelations.MayBe(type, tested))
        {
            ReportImpossiblePattern(syntax.Span, type, tested);
            return Refuse(syntax.Arguments);
        }

        var product = new ConstructorPattern(new ProductConstructor([.. fields]), BindParts(syntax, @class.Name, fields, tested));
        return new ConstructorPattern(new TypeConstructor(tested), [product]);
    }

    private bool IsVisible(FieldSymbol field) => !field.IsPrivate || field.Class == @class;

    private ImmutableArray<Pattern> BindParts(NamePatternSyntax syntax, string name, IReadOnlyList<FieldSymbol> fields, ClassType owner)
    {
        ImmutableArray<PatternSyntax> written = syntax.Arguments;
        if (!written.IsDefault && written.Length != fields.Count)
        {
            ReportPattern(syntax.Span, DiagnosticCatalog.PatternArity, name, fields.Count, written.Length);
            Refuse(written);
            written = default;
        }

        if (written.IsDefault)
            return [.. Enumerable.Repeat<Pattern>(AnyPattern.Wild, fields.Count)];
        return [.. written.Select((p, i) => BindPattern(p, fields[i].Type!.Substitute(owner.AsSuper(fields[i].Class!)!.Map)))];
    }

    private Pattern BindTypePattern(TypePatternSyntax syntax, TarnType type)
    {
        TarnType tested = types.ResolveValue(syntax.Type);
        if (tested.IsNullable)
            ReportPattern(syntax.Type.Span, DiagnosticCatalog.TestOfNullable, tested);
        Pattern inner = syntax.Name is { } name ? BindVariable(name, tested) : AnyPattern.Wild;
        if (tested.IsError || type.IsError || tested.IsNullable)
            return inner;
        if (TypeRelations.IsSubtype(type, tested))
            return inner;
        if (TypeRelations.MayBe(type, tested))
            return new ConstructorPattern(new TypeConstructor(tested), [inner]);
        ReportImpossiblePattern(syntax.Span, type, tested);
        return inner;
    }

    private Pattern BindConstantPattern(ExpressionSyntax syntax, TarnType type)
    {
        if (type is TypeVariable or BuiltInType { Kind: BuiltIn.Object } && syntax is StringLiteralSyntax && TypeRelations.MayBe(type, BuiltInType.String))
            return new ConstructorPattern(new TypeConstructor(BuiltInType.String), [BindConstantPattern(syntax, BuiltInType.String)]);
        switch (BindPatternConstant(syntax, type))
        {
            case BoundInteger number: return new ConstructorPattern(new IntegerConstructor(number.Value, number.Value), []);
            case BoundString text: return new ConstructorPattern(new StringConstructor(text.Value), []);
            default:
                hasWrongPattern = true;
                return AnyPattern.Wild;
        }
    }

    /// <summary>A constant of the matched type. Chars stand for numbers of any type, as in comparisons.</summary>
    private BoundExpression BindPatternConstant(ExpressionSyntax syntax, TarnType type)
    {
        BoundExpression constant = BindExpression(syntax, type);
        if (constant is BoundFloat)
            return Error(syntax.Span, DiagnosticCatalog.FloatPattern);
        if (constant is BoundInteger { Type: BuiltInType { Kind: BuiltIn.Char } } letter && TypeRelations.IsIntegral(type))
            constant = letter with { Type = type == BuiltInType.Char ? type : BuiltInType.Int };
        return type.IsError ? new BoundError(syntax.Span) : Convert(constant, type);
    }

    private Pattern BindRangePattern(RangePatternSyntax syntax, TarnType type)
    {
        BoundExpression from = BindPatternConstant(syntax.From, type);
        BoundExpression to = BindPatternConstant(syntax.To, type);
        if (from.Type.IsError || to.Type.IsError)
        {
            hasWrongPattern = true;
            return AnyPattern.Wild;
        }

        if (from is not BoundInteger { Value: var first } || to is not BoundInteger { Value: var last } || !TypeRelations.IsIntegral(type))
        {
            ReportPattern(syntax.Span, DiagnosticCatalog.RangePatternType, type);
            return AnyPattern.Wild;
        }

        if (syntax.IsClosed ? first <= last : first < last)
            return new ConstructorPattern(new IntegerConstructor(first, syntax.IsClosed ? last : last - 1), []);
        ReportPattern(syntax.Span, DiagnosticCatalog.EmptyRangePattern);
        return AnyPattern.Wild;
    }

    private Pattern BindTuplePattern(TuplePatternSyntax syntax, TarnType type)
    {
        if (type is ClassType { IsTuple: true } tuple && tuple.Arguments.Length == syntax.Elements.Length)
            return new ConstructorPattern(new ProductConstructor([.. tuple.Symbol.Fields]), [.. syntax.Elements.Select((e, i) => BindPattern(e, tuple.Arguments[i]))]);
        if (!type.IsError)
            ReportPattern(syntax.Span, DiagnosticCatalog.NotATuple, syntax.Elements.Length, type);
        return Refuse(syntax.Elements);
    }
}
