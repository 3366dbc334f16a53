using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Enums: their tags, the classes of their cases, and the methods that they have without writing them.</summary>
internal sealed partial class DeclarationBinder
{
    /// <summary>No name of a source can be this.</summary>
    private const string TagName = "<tag>";

    private static bool IsState(DeclarationSyntax member) => member is InitializerSyntax || (member is VariableSyntax && (member.Modifiers & Modifiers.Static) == 0);

    private void DeclareCases(ClassSymbol @enum, EnumSyntax syntax)
    {
        AddField(@enum, new FieldSymbol(TagName, @enum, Modifiers.None, @enum.NameSpan, isMutable: false, null) { Type = BuiltInType.Int }, new Identifier(TagName, syntax.Name.Span));
        if (syntax.Cases.IsEmpty)
            diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.EnumWithoutCases, syntax.Name.Text);
        var cases = ImmutableArray.CreateBuilder<ClassSymbol>();
        foreach (EnumCaseSyntax @case in syntax.Cases)
        {
            var symbol = new ClassSymbol(module, ClassOf(@case, syntax), @enum) { Tag = cases.Count };
            if (!Add(@enum.Members, symbol, @case.Name))
                continue;
            cases.Add(symbol);
            DeclareMembers(symbol);
            if (@case.Parameters.IsEmpty && syntax.TypeParameters.IsEmpty)
                symbol.Singleton = Singleton(@enum, symbol);
        }

        @enum.Cases = cases.ToImmutable();
    }

    private static ClassSyntax ClassOf(EnumCaseSyntax @case, EnumSyntax @enum) => new(
        @case.Span, Modifiers.None, @case.Name, @enum.TypeParameters, IsInterface: false,
        [.. @case.Parameters.Select(p => new ClassParameterSyntax(Modifiers.None, FieldKind.Let, p))], [], []);

    private GlobalSymbol Singleton(ClassSymbol @enum, ClassSymbol @case) =>
        new(module, @enum, new VariableSyntax(@case.NameSpan, Modifiers.Static, @case.Syntax.Name, IsMutable: false, null, null)) { Case = @case, Type = @enum.Type };

    private void DeclareEnumMethods(ClassSymbol @enum)
    {
        Span span = @enum.NameSpan;
        DeclareEnumMethod(@enum, EnumMethod.Hash, "hash", [], BuiltInType.Int);
        var other = new ParameterSyntax(span, new Identifier("other", span), TypeNamed(BuiltInType.Object, span), null);
        DeclareEnumMethod(@enum, EnumMethod.Equality, "isEqual", [other], BuiltInType.Bool);
        DeclareEnumMethod(@enum, EnumMethod.Text, PrintableClasses.Method, [], BuiltInType.String);
    }

    private static NamedTypeSyntax TypeNamed(BuiltInType type, Span span) => new(span, [new Identifier(type.Name, span)], []);

    private void DeclareEnumMethod(ClassSymbol @enum, EnumMethod kind, string name, ImmutableArray<ParameterSyntax> parameters, BuiltInType result)
    {
        Span span = @enum.NameSpan;
        if (@enum.Members.ContainsKey(name))
            return;
        var syntax = new FunctionSyntax(span, Modifiers.None, new Identifier(name, span), [], parameters, TypeNamed(result, span), new BlockSyntax(span, []), null);
        var method = new FunctionSymbol(name, module, @enum, Modifiers.None, span, syntax) { EnumMethod = kind };
        @enum.Members.Add(name, method);
        @enum.Methods.Add(method);
    }
}
