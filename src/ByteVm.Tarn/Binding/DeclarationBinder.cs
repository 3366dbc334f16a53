using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Makes the symbols of a module's declarations, without looking at any type yet.</summary>
internal sealed class DeclarationBinder(ModuleSymbol module, DiagnosticBag diagnostics)
{
    public void Declare()
    {
        foreach (DeclarationSyntax declaration in module.Syntax.Declarations)
            DeclareTopLevel(declaration);
    }

    private void DeclareTopLevel(DeclarationSyntax declaration)
    {
        switch (declaration)
        {
            case ClassSyntax syntax:
                CheckModifiers(syntax, syntax.IsInterface ? Modifiers.Private : Modifiers.Private | Modifiers.Open | Modifiers.Abstract | Modifiers.Value);
                var @class = new ClassSymbol(module, syntax);
                if (@class is { IsValue: true, IsExtensible: true })
                    diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.ValueClassOpen, @class.Name);
                if (Add(module.Members, @class, syntax.Name))
                    DeclareMembers(@class);
                break;
            case FunctionSyntax syntax:
                CheckModifiers(syntax, Modifiers.Private | Modifiers.Extern);
                Add(module.Members, new FunctionSymbol(syntax.Name.Text, module, null, syntax.Modifiers, syntax.Name.Span, syntax), syntax.Name);
                break;
            case VariableSyntax syntax:
                CheckModifiers(syntax, Modifiers.Private);
                Add(module.Members, new GlobalSymbol(module, null, syntax), syntax.Name);
                break;
            case TestSyntax syntax:
                CheckModifiers(syntax, Modifiers.None);
                DeclareTest(syntax);
                break;
            default:
                diagnostics.Report(module.Source, declaration.Name.Span, DiagnosticCatalog.InitOutsideClass);
                break;
        }
    }

    private void DeclareTest(TestSyntax syntax)
    {
        string name = $"test \"{syntax.Title}\"";
        if (module.Tests.Any(t => t.Name == name))
            diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.RepeatedTest, syntax.Title);
        var function = new FunctionSyntax(syntax.Span, Modifiers.None, syntax.Name, [], [], null, syntax.Body, null);
        module.Tests.Add(new FunctionSymbol(name, module, null, Modifiers.None, syntax.Name.Span, function) { IsTest = true, ReturnType = BuiltInType.Void });
    }

    private bool Add<T>(Dictionary<string, T> members, T symbol, Identifier name) where T : Symbol
    {
        if (TypeResolver.IsBuiltInName(name.Text))
        {
            diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.BuiltInName, name.Text);
            return false;
        }

        if (members.TryAdd(name.Text, symbol))
            return true;
        diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.AlreadyDeclared, name.Text);
        return false;
    }

    private void CheckModifiers(DeclarationSyntax declaration, Modifiers allowed)
    {
        Modifiers wrong = declaration.Modifiers & ~allowed;
        if (wrong == Modifiers.None)
            return;
        string name = LowestModifier(wrong).ToString().ToLowerInvariant();
        diagnostics.Report(module.Source, declaration.Name.Span, DiagnosticCatalog.ModifierNotAllowed, name, declaration.Name.Text);
    }

    private static Modifiers LowestModifier(Modifiers modifiers) => (Modifiers)((int)modifiers & -(int)modifiers);

    private void DeclareMembers(ClassSymbol @class)
    {
        var constructor = new FunctionSymbol("init", module, @class, Modifiers.None, @class.NameSpan, null);
        if (!@class.IsInterface)
            @class.Constructor = constructor;
        foreach (ClassParameterSyntax parameter in @class.Syntax.Parameters)
            DeclareParameterField(@class, parameter);
        foreach (DeclarationSyntax member in @class.Syntax.Members)
            DeclareMember(@class, member);
    }

    private void DeclareParameterField(ClassSymbol @class, ClassParameterSyntax syntax)
    {
        Identifier name = syntax.Parameter.Name;
        if ((syntax.Modifiers & ~Modifiers.Private) != 0 || (syntax.Field == FieldKind.None && !@class.IsValue && syntax.Modifiers != Modifiers.None))
            diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.ModifierNotAllowed, LowestModifier(syntax.Modifiers).ToString().ToLowerInvariant(), name.Text);
        if (@class.IsValue && syntax.Field == FieldKind.Var)
            diagnostics.Report(module.Source, name.Span, DiagnosticCatalog.ValueFieldVar, name.Text);
        if (syntax.Field != FieldKind.None || @class.IsValue)
            AddField(@class, new FieldSymbol(name.Text, @class, syntax.Modifiers, name.Span, syntax.Field == FieldKind.Var, null), name);
    }

    private void AddField(ClassSymbol @class, FieldSymbol field, Identifier name)
    {
        if (!Add(@class.Members, field, name))
            return;
        field.Index = @class.Fields.Count;
        @class.Fields.Add(field);
    }

    private void DeclareMember(ClassSymbol @class, DeclarationSyntax member)
    {
        if (member is TestSyntax)
        {
            diagnostics.Report(module.Source, member.Name.Span, DiagnosticCatalog.TestInClass);
            return;
        }

        if (@class.IsInterface && member is not FunctionSyntax)
        {
            diagnostics.Report(module.Source, member.Name.Span, DiagnosticCatalog.InterfaceMember, @class.Name);
            return;
        }

        if (@class.IsValue && (member is InitializerSyntax || member is VariableSyntax { Modifiers: var modifiers } && (modifiers & Modifiers.Static) == 0))
        {
            diagnostics.Report(module.Source, member.Name.Span, DiagnosticCatalog.ValueMember, @class.Name);
            return;
        }

        switch (member)
        {
            case FunctionSyntax syntax:
                DeclareMethod(@class, syntax);
                break;
            case VariableSyntax syntax:
                DeclareVariable(@class, syntax);
                break;
            case InitializerSyntax syntax:
                CheckModifiers(syntax, Modifiers.None);
                @class.Initializers.Add(syntax);
                break;
            default:
                diagnostics.Report(module.Source, member.Name.Span, DiagnosticCatalog.NestedClass, member.Name.Text);
                break;
        }
    }

    private void DeclareMethod(ClassSymbol @class, FunctionSyntax syntax)
    {
        CheckModifiers(syntax, @class.IsInterface ? Modifiers.None : Modifiers.Private | Modifiers.Open | Modifiers.Abstract | Modifiers.Override | Modifiers.Static);
        var method = new FunctionSymbol(syntax.Name.Text, module, @class, syntax.Modifiers, syntax.Name.Span, syntax);
        if (Add(@class.Members, method, syntax.Name) && !method.IsStatic)
            @class.Methods.Add(method);
    }

    private void DeclareVariable(ClassSymbol @class, VariableSyntax syntax)
    {
        CheckModifiers(syntax, Modifiers.Private | Modifiers.Static);
        if ((syntax.Modifiers & Modifiers.Static) != 0)
        {
            Add(@class.Members, new GlobalSymbol(module, @class, syntax), syntax.Name);
            return;
        }

        AddField(@class, new FieldSymbol(syntax.Name.Text, @class, syntax.Modifiers, syntax.Name.Span, syntax.IsMutable, syntax), syntax.Name);
        @class.Initializers.Add(syntax);
    }
}
