using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Gives a module's symbols their types: supertypes, parameters, results, fields. Bodies come later.</summary>
internal sealed partial class HeaderBinder
{
    private readonly Compilation compilation;
    private readonly ModuleSymbol module;
    private readonly DiagnosticBag diagnostics;
    private readonly TypeResolver types;

    public HeaderBinder(Compilation compilation, ModuleSymbol module)
    {
        this.compilation = compilation;
        this.module = module;
        diagnostics = compilation.Diagnostics;
        types = new TypeResolver(compilation, module, diagnostics);
    }

    /// <summary>Bounds say which type parameters are references, so they come before all other types.</summary>
    public void BindTypeParameters()
    {
        foreach (Symbol symbol in module.Declarations)
        {
            if (symbol is FunctionSymbol function)
                BindTypeParameters(function.TypeParameters, function.TypeParameters);
            if (symbol is not ClassSymbol @class)
                continue;
            BindTypeParameters(@class.TypeParameters, @class.TypeParameters);
            foreach (FunctionSymbol method in @class.Members.Values.OfType<FunctionSymbol>())
                BindTypeParameters(method.TypeParameters, method.AllTypeParameters);
            foreach (ClassSymbol @case in @class.Cases)
                BindCaseTypeParameters(@class, @case);
        }
    }

    private void BindTypeParameters(ImmutableArray<TypeParameterSymbol> own, ImmutableArray<TypeParameterSymbol> scope)
    {
        types.EnterScope(scope);
        foreach (TypeParameterSymbol parameter in own)
            BindTypeParameter(parameter, scope);
    }

    private void BindTypeParameter(TypeParameterSymbol parameter, ImmutableArray<TypeParameterSymbol> scope)
    {
        TypeParameterSyntax syntax = parameter.Syntax;
        if (TypeResolver.IsBuiltInName(parameter.Name))
            diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.BuiltInName, parameter.Name);
        if (scope.Any(other => other != parameter && other.Name == parameter.Name && other.Index < parameter.Index))
            diagnostics.Report(module.Source, syntax.Name.Span, DiagnosticCatalog.AlreadyDeclared, parameter.Name);
        if (syntax.Bound is null)
            return;
        TarnType bound = types.Resolve(syntax.Bound);
        if (bound is ClassType or BuiltInType { Kind: BuiltIn.Object or BuiltIn.Error })
            parameter.Bound = bound.IsError ? null : bound;
        else
            diagnostics.Report(module.Source, syntax.Bound.Span, DiagnosticCatalog.BoundKind, bound);
    }

    /// <summary>Supertypes of all classes must be known before any member is looked up.</summary>
    public void BindSuperTypes()
    {
        foreach (Symbol symbol in module.Declarations)
        {
            if (symbol is ClassSymbol @class)
                BindSuperTypes(@class);
        }
    }

    public void BindSignatures()
    {
        foreach (Symbol symbol in module.Declarations)
            BindSignature(symbol);
    }

    private void BindSignature(Symbol symbol)
    {
        switch (symbol)
        {
            case FunctionSymbol { ValueMethod: null } function:
                BindFunction(function);
                break;
            case GlobalSymbol global:
                BindGlobal(global);
                break;
            case FieldSymbol { Syntax: not null } field:
                BindField(field);
                break;
            case ClassSymbol @class:
                BindConstructor(@class);
                foreach (MemberSymbol member in @class.Members.Values)
                    BindSignature(member);
                foreach (PropertySymbol property in @class.Members.Values.OfType<PropertySymbol>())
                    CheckProperty(property);
                break;
        }
    }

    private void BindSuperTypes(ClassSymbol @class)
    {
        types.EnterScope(@class.TypeParameters);
        var interfaces = ImmutableArray.CreateBuilder<ClassType>();
        for (int i = 0; i < @class.Syntax.SuperTypes.Length; i++)
        {
            SuperTypeSyntax syntax = @class.Syntax.SuperTypes[i];
            TarnType type = types.Resolve(syntax.Type);
            if (type is ClassType { Symbol.IsInterface: true } @interface)
                AddInterface(@class, interfaces, @interface, syntax);
            else if (type is ClassType super)
                SetBase(@class, super, syntax, isFirst: i == 0);
            else if (!type.IsError)
                diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.NotASuperType, type.Name);
        }

        if (@class.IsValue)
            interfaces.AddRange(ValueClasses.ImplicitInterfaces(compilation, @class).Where(i => interfaces.All(own => own.Symbol != i.Symbol)));
        if (@class.IsEnum)
            BindEnumSuperTypes(@class, interfaces);
        if (PrintableClasses.IsImplicitlyPrintable(@class) && @class != compilation.Printable && interfaces.All(i => i.Symbol != compilation.Printable))
            interfaces.Add(compilation.Printable.Type);
        @class.InterfaceTypes = interfaces.ToImmutable();
    }

    private void AddInterface(ClassSymbol @class, ImmutableArray<ClassType>.Builder interfaces, ClassType @interface, SuperTypeSyntax syntax)
    {
        if (!syntax.Arguments.IsDefault)
            diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.InterfaceArguments, @interface.Symbol.Name);
        if (interfaces.Any(i => i.Symbol == @interface.Symbol))
            diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.RepeatedSuperType, @interface.Symbol.Name, @class.Name);
        else
            interfaces.Add(@interface);
    }

    private void SetBase(ClassSymbol @class, ClassType super, SuperTypeSyntax syntax, bool isFirst)
    {
        if (@class.IsValue || super.Symbol.IsValue)
            diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.ValueInheritance, super.Symbol.Name, @class.Name);
        else if (@class.IsInterface || !isFirst)
            diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.BaseClassNotFirst, super.Symbol.Name, @class.Name);
        else if (@class.IsEnum || super.Symbol.IsEnum)
            diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.EnumInheritance, @class.Name, super.Symbol.Name);
        else if (!super.Symbol.IsExtensible)
            diagnostics.Report(module.Source, syntax.Span, DiagnosticCatalog.BaseNotOpen, super.Symbol.Name);
        else
            @class.BaseType = super;
    }

    private void BindConstructor(ClassSymbol @class)
    {
        if (@class.Constructor is null)
            return;
        types.EnterScope(@class.TypeParameters);
        @class.Constructor.Parameters = Parameters([.. @class.Syntax.Parameters.Select(p => p.Parameter)]);
        @class.Constructor.ReturnType = BuiltInType.Void;
        for (int i = 0; i < @class.Syntax.Parameters.Length; i++)
        {
            LocalSymbol parameter = @class.Constructor.Parameters[i];
            if ((@class.Syntax.Parameters[i].Field == FieldKind.None && !@class.IsValue) || !@class.Members.TryGetValue(parameter.Name, out MemberSymbol? member) || member is not FieldSymbol field)
                continue;
            field.Type = parameter.Type;
            field.Parameter = parameter;
        }
    }

    private void BindFunction(FunctionSymbol function)
    {
        FunctionSyntax syntax = function.Syntax!;
        types.EnterScope(function.AllTypeParameters);
        if (function.TypeParameters.Length > 0 && (IsDispatched(function) || function.IsExtern))
            diagnostics.Report(module.Source, function.NameSpan, DiagnosticCatalog.GenericMethodDispatched, function.Name);
        function.Parameters = syntax.Extended is null ? Parameters(syntax.Parameters) : [Extended(syntax.Extended), .. Parameters(syntax.Parameters)];
        function.ReturnType = syntax.ReturnType is null ? BuiltInType.Void : types.Resolve(syntax.ReturnType);
        CheckBody(function, syntax);
        if (function.IsOperator)
            CheckOperator(function);
    }

    private static bool IsDispatched(FunctionSymbol function) =>
        function.Class is { IsInterface: true } || (function.Modifiers & (Modifiers.Open | Modifiers.Abstract | Modifiers.Override)) != 0;

    private ImmutableArray<LocalSymbol> Parameters(ImmutableArray<ParameterSyntax> syntax)
    {
        var parameters = ImmutableArray.CreateBuilder<LocalSymbol>(syntax.Length);
        foreach (ParameterSyntax parameter in syntax)
        {
            if (parameters.Any(p => p.Name == parameter.Name.Text))
                diagnostics.Report(module.Source, parameter.Name.Span, DiagnosticCatalog.AlreadyDeclared, parameter.Name.Text);
            TarnType type = types.ResolveValue(parameter.Type);
            parameters.Add(new LocalSymbol(parameter.Name.Text, parameter.Name.Span, type, isMutable: false, isParameter: true) { Default = parameter.Default });
        }

        return parameters.MoveToImmutable();
    }

    private void CheckBody(FunctionSymbol function, FunctionSyntax syntax)
    {
        bool hasBody = syntax.Body is not null || syntax.ExpressionBody is not null;
        if (function.IsExtern)
            CheckExtern(function, syntax);
        else if (function is { IsStatic: false, Class.IsInterface: true })
            return;
        else if (function.IsAbstract)
            CheckAbstract(function, hasBody);
        else
            Require(hasBody, function, DiagnosticCatalog.MissingBody);
    }

    private void CheckAbstract(FunctionSymbol function, bool hasBody)
    {
        Require(!hasBody, function, DiagnosticCatalog.AbstractMethodBody);
        Require(function.Class!.IsAbstract, function, DiagnosticCatalog.AbstractInConcreteClass);
    }

    private void CheckExtern(FunctionSymbol function, FunctionSyntax syntax)
    {
        function.ExternTarget = (syntax.ExpressionBody as StringLiteralSyntax)?.Value;
        Require(function.ExternTarget is not null, function, DiagnosticCatalog.MissingBody);
        bool isOpcode = ExternTargets.IsOpcode(function.ExternTarget);
        Require(module.IsLibrary || !isOpcode, function, DiagnosticCatalog.OpcodeOutsideLibrary);
        if (!isOpcode)
            RequireHostTypes(function);
    }

    /// <summary>What the verifier lets an import take and give.</summary>
    private void RequireHostTypes(FunctionSymbol function)
    {
        foreach (LocalSymbol parameter in function.Parameters.Where(p => !ReachesHost(p.Type)))
            diagnostics.Report(module.Source, parameter.NameSpan, DiagnosticCatalog.NotOfHost, parameter.Type);
        if (!function.ReturnType.IsVoid && !function.ReturnType.IsNever && !ReachesHost(function.ReturnType))
            diagnostics.Report(module.Source, function.NameSpan, DiagnosticCatalog.NotOfHost, function.ReturnType);
    }

    private static bool ReachesHost(TarnType type) =>
        type.IsError || (type.NonNull is ArrayType array ? IsPlain(array.Element) && array.Element.NonNull != BuiltInType.Object : IsPlain(type));

    private static bool IsPlain(TarnType type) => type.NonNull is BuiltInType && (!type.IsNullable || type.IsReference);

    private void Require(bool condition, FunctionSymbol function, DiagnosticDescriptor otherwise)
    {
        if (!condition)
            diagnostics.Report(module.Source, function.NameSpan, otherwise, function.Name);
    }

    private void BindGlobal(GlobalSymbol global)
    {
        types.EnterScope([]);
        if (global.Syntax.Type is not null)
            global.Type = types.ResolveValue(global.Syntax.Type);
        if (global.Syntax.Initializer is null)
            diagnostics.Report(module.Source, global.NameSpan, DiagnosticCatalog.GlobalWithoutValue, global.Name);
    }

    private void BindField(FieldSymbol field)
    {
        types.EnterScope(field.Class!.TypeParameters);
        if (field.Syntax!.Type is not null)
            field.Type = types.ResolveValue(field.Syntax.Type);
        else if (field.Syntax.Initializer is null)
            ReportUntyped(field);
    }

    private void ReportUntyped(FieldSymbol field)
    {
        diagnostics.Report(module.Source, field.NameSpan, DiagnosticCatalog.NoTypeAndNoValue, field.Name);
        field.Type = BuiltInType.Error;
    }
}
