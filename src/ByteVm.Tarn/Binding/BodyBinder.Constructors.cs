using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Constructors: fields that are parameters, then the base class's constructor, then field initializers and init blocks in order. Fields without
/// a value must be assigned in init blocks on every way.
/// </summary>
internal sealed partial class BodyBinder
{
    private BoundBlock BindConstructor()
    {
        var statements = ImmutableArray.CreateBuilder<BoundStatement>();
        foreach (FieldSymbol field in @class!.Fields)
            BindParameterField(field, statements);
        if (@class.IsCase)
            statements.Add(BindTag());
        if (BindBaseConstructor() is { } baseCall)
            statements.Add(baseCall);
        foreach (DeclarationSyntax member in @class.Initializers)
            BindInitializer(member, statements);
        foreach (FieldSymbol field in @class.Fields)
        {
            if (flow.IsUnassigned(field) && field.Type is not { IsError: true })
                Report(field.NameSpan, DiagnosticCatalog.FieldNotAssigned, field.Name);
        }

        return new BoundBlock(@class.NameSpan, statements.ToImmutable());
    }

    private void BindParameterField(FieldSymbol field, ImmutableArray<BoundStatement>.Builder statements)
    {
        if (field.Parameter is { } parameter)
            statements.Add(new BoundAssignment(field.NameSpan, FieldOfThis(field), new BoundLocal(field.NameSpan, parameter, parameter.Type)));
        else if (field.Syntax!.Initializer is null)
            flow = flow.DeclareUnassigned(field);
    }

    private BoundField FieldOfThis(FieldSymbol field) =>
        new(field.NameSpan, new BoundThis(field.NameSpan, @class!.Type), field, compilation.TypeOf(field) ?? BuiltInType.Error);

    private BoundExpressionStatement? BindBaseConstructor()
    {
        if (@class!.Base?.Constructor is not { } constructor)
            return null;
        SuperTypeSyntax syntax = @class.Syntax.SuperTypes[0];
        references.Add(constructor);
        var callee = new Callee(constructor, @class.Base.Name, [], @class.BaseType!.Map, BuiltInType.Void, null);
        if (BindArguments(callee, [], syntax.Arguments.IsDefault ? [] : syntax.Arguments, syntax.Span) is not { } bound)
            return null;
        var call = new BoundCall(syntax.Span, constructor, bound.Types, new BoundThis(syntax.Span, @class.Type), bound.Arguments, Dispatch.Static);
        return new BoundExpressionStatement(syntax.Span, call);
    }

    private void BindInitializer(DeclarationSyntax member, ImmutableArray<BoundStatement>.Builder statements)
    {
        if (member is InitializerSyntax initializer)
            statements.Add(BindBlock(initializer.Body));
        else if (member is VariableSyntax { Initializer: { } value } && @class!.Members.TryGetValue(member.Name.Text, out MemberSymbol? symbol) && symbol is FieldSymbol field)
            statements.Add(BindFieldInitializer(field, value));
    }

    private BoundAssignment BindFieldInitializer(FieldSymbol field, ExpressionSyntax value)
    {
        TarnType type = compilation.TypeOf(field) ?? BuiltInType.Error;
        BoundExpression bound = field.Syntax!.Type is null ? BindTyping(value, field.Name) : BindConverted(value, type);
        return new BoundAssignment(field.Syntax.Span, FieldOfThis(field), bound);
    }
}
