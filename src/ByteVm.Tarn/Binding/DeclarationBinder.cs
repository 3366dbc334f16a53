using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Makes the symbols of a module's declarations, without looking at any type yet.</summary>
internal sealed partial class DeclarationBinder(ModuleSymbol module, DiagnosticBag diagnostics)
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
                CheckModifiers(syntax, syntax.IsInterface || syntax is EnumSyntax ? Modifiers.Private : Modifiers.Private | Modifiers.Open | Modifiers.Abstract | Modifiers.Value);
                var @class = new ClassSymbol(module, syntax);
                if (@class is { IsValue: true, IsExtensible: true })
                    diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.ValueClassOpen, @class.Name);
                if (Add(module.Members, @class, syntax.Name))
                    DeclareMembers(@class);
                break;
            case FunctionSyntax { Accessor: not Accessor.None } syntax:
                diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.PropertyOutsideClass, syntax.Name.Text);
                break;
            case FunctionSyntax { Extended: not null } syntax:
                DeclareExtension(syntax);
                break;
            case FunctionSyntax { Modifiers: var modifiers } syntax when (modifiers & Modifiers.Operator) != 0:
                diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.OperatorOutsideType, syntax.Name.Text);
                break;
            case FunctionSyntax syntax:
                CheckModifiers(syntax, Modifiers.Private | Modifiers.Extern | Modifiers.Inline);
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
        if (@class.Syntax is EnumSyntax @enum)
            DeclareCases(@class, @enum);
        else if (!@class.IsInterface)
            @class.Constructor = new FunctionSymbol("init", module, @class, Modifiers.None, @class.NameSpan, null);
        foreach (ClassParameterSyntax parameter in @class.Syntax.Parameters)
            DeclareParameterField(@class, parameter);
        foreach (DeclarationSyntax member in @class.Syntax.Members)
            DeclareMember(@class, member);
        if (@class.IsEnum)
            DeclareEnumMethods(@class);
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

        if (@class.IsEnum && IsState(member))
        {
            diagnostics.Report(module.Source, member.Name.Span, DiagnosticCatalog.EnumState, @class.Name);
            return;
        }

        if (@class.IsInterface && member is not (FunctionSyntax or VariableSyntax { Modifiers: Modifiers.Static }))
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
            case FunctionSyntax { Extended: not null } syntax:
                diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.ExtensionInClass, syntax.Name.Text);
                break;
            case FunctionSyntax { Accessor: not Accessor.None } syntax:
                DeclareProperty(@class, syntax);
                break;
            case FunctionSyntax syntax:
                DeclareMethod(@class, syntax, syntax.Name);
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

    /// <param name="name">Of the method; a property's sides have names of their own.</param>
    private void DeclareMethod(ClassSymbol @class, FunctionSyntax syntax, Identifier name)
    {
        const Modifiers OfMethods = Modifiers.Private | Modifiers.Open | Modifiers.Abstract | Modifiers.Override | Modifiers.Static;
        Modifiers operators = syntax.Accessor == Accessor.None ? Modifiers.Operator : Modifiers.None;
        CheckModifiers(syntax, operators | Modifiers.Inline | (@class.IsInterface ? Modifiers.Static : @class.IsEnum ? Modifiers.Private | Modifiers.Static : OfMethods));
        var method = new FunctionSymbol(name.Text, module, @class, syntax.Modifiers, name.Span, syntax);
        if (Add(@class.Members, method, name) && !method.IsStatic)
            @class.Methods.Add(method);
    }

    private void DeclareProperty(ClassSymbol @class, FunctionSyntax syntax)
    {
        string name = syntax.Name.Text;
        if (@class.Members.GetValueOrDefault(name) is not PropertySymbol)
            Add(@class.Members, new PropertySymbol(name, module, @class, syntax.Modifiers & Modifiers.Static, syntax.Name.Span, syntax.Documentation), syntax.Name);
        string method = syntax.Accessor == Accessor.Get ? PropertySymbol.GetterName(name) : PropertySymbol.SetterName(name);
        DeclareMethod(@class, syntax, syntax.Name with { Text = method });
    }

    private void DeclareExtension(FunctionSyntax syntax)
    {
        CheckModifiers(syntax, Modifiers.Private | Modifiers.Operator | Modifiers.Inline);
        if (!module.Extensions.TryGetValue(syntax.Name.Text, out List<FunctionSymbol>? others))
            module.Extensions.Add(syntax.Name.Text, others = []);
        others.Add(new FunctionSymbol(syntax.Name.Text, module, null, syntax.Modifiers, syntax.Name.Span, syntax));
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
