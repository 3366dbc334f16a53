using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using static ByteVm.Tarn.Generated.TarnParser;

namespace ByteVm.Tarn.Syntax;

/// <summary>Enums.</summary>
internal sealed partial class TreeBuilder
{
    private EnumSyntax Enum(DeclarationContext declaration, Modifiers modifiers, EnumDeclarationContext context)
    {
        var children = new ChildReader(context);
        children.Skip();
        Identifier name = Name(children.Token());
        ImmutableArray<TypeParameterSyntax> typeParameters = TypeParameters(ref children);
        ImmutableArray<SuperTypeSyntax> superTypes = children.TryRule<SuperTypesContext>() is { } supers ? SuperTypes(supers) : [];
        var cases = ImmutableArray.CreateBuilder<EnumCaseSyntax>();
        var members = ImmutableArray.CreateBuilder<DeclarationSyntax>();
        while (!children.AtEnd)
        {
            if (children.TryRule<EnumCaseContext>() is { } @case)
                cases.Add(EnumCase(@case, follows: members.Count > 0));
            else if (children.TryRule<DeclarationContext>() is { } member)
                members.Add(Declaration(member));
            else
                children.Skip();
        }

        return new EnumSyntax(SpanOf(declaration), modifiers, name, typeParameters, cases.ToImmutable(), superTypes, members.ToImmutable());
    }

    private EnumCaseSyntax EnumCase(EnumCaseContext context, bool follows)
    {
        var children = new ChildReader(context);
        Identifier name = Name(children.Token());
        if (follows)
            diagnostics.Report(source, name.Span, DiagnosticCatalog.CaseAfterMember, name.Text);
        ImmutableArray<ParameterSyntax> parameters = children.TryToken(LPAREN) && children.TryRule<ParametersContext>() is { } list ? Parameters(list) : [];
        return new EnumCaseSyntax(SpanOf(context), name, parameters);
    }
}
