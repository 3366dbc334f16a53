using System.Collections.Immutable;

namespace ByteVm.Tarn.Syntax;

/// <summary>Anything of the syntax tree: immutable, and it knows its place.</summary>
internal abstract record SyntaxNode(Span Span);

/// <summary>A name where the source writes one.</summary>
internal readonly record struct Identifier(string Text, Span Span);

[Flags]
internal enum Modifiers
{
    None = 0,
    Private = 1,
    Open = 2,
    Abstract = 4,
    Override = 8,
    Static = 16,
    Extern = 32,
    Value = 64,
    Operator = 128,
    Inline = 256,
}

/// <summary>One source file.</summary>
internal sealed record ModuleSyntax(SourceText Source, ImmutableArray<ImportSyntax> Imports, ImmutableArray<DeclarationSyntax> Declarations)
{
    /// <summary>The comment at its head: one that no declaration follows directly.</summary>
    public string? Documentation { get; init; }

    /// <summary>All names in declarations that do not parse, and are left out.</summary>
    public IReadOnlyCollection<string> UnparsedNames { get; init; } = [];
}

/// <summary>
/// <c>import a.b</c>, <c>import a.b as c</c> or <c>import a.b.{X, Y}</c>; without a list <see cref="Names"/> is default. The path may
/// also end with the name of one declaration: which it is depends on what modules there are.
/// </summary>
internal sealed record ImportSyntax(Span Span, ImmutableArray<Identifier> Path, ImmutableArray<Identifier> Names, Identifier? Alias) : SyntaxNode(Span)
{
    /// <summary>The whole path as a module's name.</summary>
    public string ModuleName { get; } = string.Join('.', Path.Select(p => p.Text));

    /// <summary>The module that holds the declaration, if the path's last name is one; null when it cannot be.</summary>
    public string? MemberModuleName { get; } = Path.Length < 2 || !Names.IsDefault ? null : string.Join('.', Path.Take(Path.Length - 1).Select(p => p.Text));
}

internal abstract record DeclarationSyntax(Span Span, Modifiers Modifiers, Identifier Name) : SyntaxNode(Span)
{
    /// <summary>The text of the <c>///</c> lines directly before it.</summary>
    public string? Documentation { get; init; }
}

/// <summary>A function or method: a block, an expression body, or neither (abstract).</summary>
internal sealed record FunctionSyntax(
    Span Span, Modifiers Modifiers, Identifier Name, ImmutableArray<TypeParameterSyntax> TypeParameters, ImmutableArray<ParameterSyntax> Parameters, TypeSyntax? ReturnType, BlockSyntax? Body,
    ExpressionSyntax? ExpressionBody) : DeclarationSyntax(Span, Modifiers, Name)
{
    /// <summary>The type that it extends; null when it extends none.</summary>
    public TypeSyntax? Extended { get; init; }

    /// <summary>Which side of a property it is; <see cref="DeclarationSyntax.Name"/> is then the property's.</summary>
    public Accessor Accessor { get; init; }
}

internal enum Accessor { None, Get, Set }

/// <summary>A type parameter and what its arguments must be; null when anything.</summary>
internal sealed record TypeParameterSyntax(Span Span, Identifier Name, TypeSyntax? Bound) : SyntaxNode(Span);

internal sealed record ParameterSyntax(Span Span, Identifier Name, TypeSyntax Type, ExpressionSyntax? Default) : SyntaxNode(Span);

internal enum FieldKind { None, Let, Var }

/// <summary>A parameter of a class's constructor; with let or var it is a field too.</summary>
internal sealed record ClassParameterSyntax(Modifiers Modifiers, FieldKind Field, ParameterSyntax Parameter) : SyntaxNode(Parameter.Span);

/// <summary>What follows the colon: a class with constructor arguments, or an interface (<see cref="Arguments"/> default).</summary>
internal sealed record SuperTypeSyntax(Span Span, TypeSyntax Type, ImmutableArray<ArgumentSyntax> Arguments) : SyntaxNode(Span);

internal record ClassSyntax(
    Span Span, Modifiers Modifiers, Identifier Name, ImmutableArray<TypeParameterSyntax> TypeParameters, bool IsInterface, ImmutableArray<ClassParameterSyntax> Parameters,
    ImmutableArray<SuperTypeSyntax> SuperTypes, ImmutableArray<DeclarationSyntax> Members) : DeclarationSyntax(Span, Modifiers, Name);

/// <summary>One case of an enum and the payload it carries.</summary>
internal sealed record EnumCaseSyntax(Span Span, Identifier Name, ImmutableArray<ParameterSyntax> Parameters) : SyntaxNode(Span);

/// <summary>An enum: an abstract class with one class for each case.</summary>
internal sealed record EnumSyntax(
    Span Span, Modifiers Modifiers, Identifier Name, ImmutableArray<TypeParameterSyntax> TypeParameters, ImmutableArray<EnumCaseSyntax> Cases,
    ImmutableArray<SuperTypeSyntax> SuperTypes, ImmutableArray<DeclarationSyntax> Members)
    : ClassSyntax(Span, Modifiers, Name, TypeParameters, IsInterface: false, [], SuperTypes, Members);

/// <summary>let or var: a local, a global or a field.</summary>
internal sealed record VariableSyntax(
    Span Span, Modifiers Modifiers, Identifier Name, bool IsMutable, TypeSyntax? Type, ExpressionSyntax? Initializer) : DeclarationSyntax(Span, Modifiers, Name);

/// <summary>A class's <c>init { … }</c>; its name is the keyword.</summary>
internal sealed record InitializerSyntax(Span Span, Modifiers Modifiers, Identifier Name, BlockSyntax Body) : DeclarationSyntax(Span, Modifiers, Name);

/// <summary><c>test "title" { … }</c>; its name is the keyword at the place of the title.</summary>
internal sealed record TestSyntax(Span Span, Modifiers Modifiers, Identifier Name, string Title, BlockSyntax Body) : DeclarationSyntax(Span, Modifiers, Name);

internal abstract record TypeSyntax(Span Span) : SyntaxNode(Span);

internal sealed record NamedTypeSyntax(Span Span, ImmutableArray<Identifier> Path, ImmutableArray<TypeSyntax> Arguments) : TypeSyntax(Span);

/// <summary><c>fn(A, B): R</c></summary>
internal sealed record FunctionTypeSyntax(Span Span, ImmutableArray<TypeSyntax> Parameters, TypeSyntax Result) : TypeSyntax(Span);

/// <summary><c>(A, B)</c></summary>
internal sealed record TupleTypeSyntax(Span Span, ImmutableArray<TypeSyntax> Types) : TypeSyntax(Span);

internal sealed record ArrayTypeSyntax(Span Span, TypeSyntax Element) : TypeSyntax(Span);

internal sealed record NullableTypeSyntax(Span Span, TypeSyntax Inner) : TypeSyntax(Span);
