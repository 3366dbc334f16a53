using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Names and what comes after a dot, when it is not called.</summary>
internal sealed partial class BodyBinder
{
    /// <summary>A name as a place or value; whether it has been assigned is for the caller to check.</summary>
    private BoundExpression BindName(Identifier name)
    {
        Symbol? symbol = Lookup(name.Text);
        if (symbol is LocalSymbol used)
        {
            Capture(used);
            NoteUse(used, name.Span);
        }

        return symbol switch
        {
            LocalSymbol local => new BoundLocal(name.Span, local, flow.TypeOf(local)),
            FieldSymbol field => BindImplicitField(field, name.Span),
            PropertySymbol property => BindImplicitProperty(property, name.Span),
            GlobalSymbol global => BindGlobalUse(global, name.Span),
            FunctionSymbol => Error(name.Span, DiagnosticCatalog.FunctionAsValue, name.Text),
            MissingSymbol => new BoundError(name.Span),
            ClassSymbol or ModuleSymbol => Error(name.Span, DiagnosticCatalog.NotAValue, name.Text),
            _ => ReportUnknownName(name),
        };
    }

    private BoundError ReportUnknownName(Identifier name) => Error(name.Span, DiagnosticCatalog.UnknownName, name.Text, Elsewhere.Find(module, name.Text));

    private BoundExpression BindImplicitField(FieldSymbol field, Span span) =>
        HasThis ? BindField(This(span), field, span) : Error(span, DiagnosticCatalog.NoThisFor, field.Name);

    private BoundExpression BindField(BoundExpression receiver, FieldSymbol field, Span span)
    {
        if (!IsAccessible(field, span))
            return new BoundError(span);
        if (compilation.TypeOf(field) is not { } declared)
            return new BoundError(span);
        TarnType type = declared.Substitute(TypeRelations.ClassOf(receiver.Type)!.AsSuper(field.Class!)!.Map);
        TarnType? narrowed = receiver is BoundThis ? flow.Narrowed(field) : null;
        if (narrowed is { IsError: false, IsNullable: false } && TypeRelations.IsOptional(type))
            return Unwrapped(span, new BoundField(span, receiver, field, type), narrowed);
        if (narrowed is null || narrowed.IsError || TypeRelations.IsSubtype(type.NonNull, narrowed))
            return new BoundField(span, receiver, field, narrowed ?? type);
        return new BoundCast(span, narrowed, new BoundField(span, receiver, field, type), IsSafe: false);
    }

    private BoundExpression BindGlobalUse(GlobalSymbol global, Span span)
    {
        if (!IsAccessible(global, span))
            return new BoundError(span);
        references.Add(global);
        return compilation.TypeOf(global) is { } type ? new BoundGlobal(span, global, type) : Error(span, DiagnosticCatalog.TypeNeedsItself, global.Name);
    }

    private BoundExpression RequireAssigned(BoundExpression expression)
    {
        Symbol? variable = expression switch
        {
            BoundLocal local => local.Local,
            BoundField { Receiver: BoundThis } field when InConstructor => field.Field,
            _ => null,
        };
        return variable is not null && flow.IsUnassigned(variable) ? Error(expression.Span, DiagnosticCatalog.NotAssigned, variable.Name) : expression;
    }

    private BoundExpression BindMember(MemberSyntax syntax, TarnType? expected = null)
    {
        if (syntax.Target is SuperSyntax super)
            return BindSuperProperty(super, syntax);
        if (Qualifier(syntax.Target) is { } qualifier)
            return BindQualified(qualifier, syntax, expected);
        BoundExpression target = RequireValue(BindExpression(syntax.Target));
        return syntax.IsSafe ? BindSafely(syntax.Span, target, inner => Read(BindValueMember(inner, syntax.Name, expected))) : BindValueMember(target, syntax.Name, expected);
    }

    private BoundExpression BindQualified(Symbol qualifier, MemberSyntax syntax, TarnType? expected)
    {
        MemberSymbol? member = FindQualified(qualifier, syntax.Name);
        return member switch
        {
            null => new BoundError(syntax.Span),
            GlobalSymbol global => BindGlobalUse(global, syntax.Span),
            ClassSymbol { IsCase: true } @case => BindCase(@case, syntax.Span, expected),
            PropertySymbol { IsStatic: true } property => BindProperty(property, null, syntax.Span),
            FunctionSymbol { HasReceiver: false } function => BindFunctionValue(function, syntax.Span, expected),
            ClassSymbol { IsAbstract: false } type => BindConstructorValue(type, syntax.Span, expected),
            FunctionSymbol or FieldSymbol or PropertySymbol => Error(syntax.Span, DiagnosticCatalog.InstanceMemberOfClass, member.Name, qualifier.Name),
            _ => Error(syntax.Span, DiagnosticCatalog.NotAValue, syntax.Name.Text),
        };
    }

    /// <summary>A member of a module, or of a class named as such; null when reported.</summary>
    private MemberSymbol? FindQualified(Symbol qualifier, Identifier name)
    {
        MemberSymbol? member = qualifier is ModuleSymbol imported
            ? imported.Members.GetValueOrDefault(name.Text) as MemberSymbol
            : ((ClassSymbol)qualifier).Find(name.Text);
        if (member is null)
        {
            if (qualifier is ModuleSymbol)
                Report(name.Span, DiagnosticCatalog.UnknownModuleMember, qualifier.Name, name.Text);
            else
                Report(name.Span, DiagnosticCatalog.NoSuchMember, qualifier.Name, name.Text);
        }

        return member is not null && !IsAccessible(member, name.Span) ? null : member;
    }

    private BoundExpression BindValueMember(BoundExpression target, Identifier name, TarnType? expected = null)
    {
        Span span = target.Span.To(name.Span);
        if (target.Type.IsError)
            return new BoundError(span);
        if (TypeRelations.ClassOf(target.Type)?.Symbol is { } symbol)
            return BindClassMember(target, symbol, name, span, expected);
        if (name.Text == "length" && (target.Type is ArrayType || target.Type == BuiltInType.String))
            return new BoundLength(span, target);
        if (BuiltInMethods.Exists(target.Type, name.Text))
            return Error(name.Span, DiagnosticCatalog.FunctionAsValue, name.Text);
        return NotOnType(target, name.Span, name.Text);
    }

    private BoundExpression BindClassMember(BoundExpression target, ClassSymbol symbol, Identifier name, Span span, TarnType? expected) => symbol.Find(name.Text) switch
    {
        FieldSymbol field => BindField(target, field, span),
        PropertySymbol { IsStatic: false } property => BindProperty(property, target, span),
        FunctionSymbol { HasReceiver: true } method => BindMethodValue(target, method, span, expected),
        null => Error(name.Span, DiagnosticCatalog.NoSuchMember, target.Type, module.Source.Text[name.Span.Start..name.Span.End]),
        var member => Error(name.Span, DiagnosticCatalog.StaticMemberOfValue, member.Name, symbol.Name),
    };

    /// <summary><c>target?.…</c>: binds the access on a target known not to be null.</summary>
    private BoundExpression BindSafely(Span span, BoundExpression target, Func<BoundExpression, BoundExpression> bindAccess)
    {
        if (target.Type.IsError)
            return new BoundError(span);
        if (!target.Type.IsNullable)
            Report(target.Span, DiagnosticCatalog.NeverNull, "?.", target.Type);
        FlowState before = flow;
        var inner = new BoundPlaceholder(target.Span, target.Type.NonNull);
        BoundExpression access = bindAccess(inner);
        flow = before.Join(flow);
        if (access.Type.IsError || !target.Type.IsNullable)
            return new BoundError(span);
        return access.Type.IsVoid || access.Type.IsNever
            ? new BoundSafeAccess(span, BuiltInType.Void, target, inner, access)
            : new BoundSafeAccess(span, access.Type.Nullable, target, inner, Convert(access, access.Type.Nullable));
    }
}
