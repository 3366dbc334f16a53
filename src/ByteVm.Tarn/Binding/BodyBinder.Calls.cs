using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Calls.</summary>
internal sealed partial class BodyBinder
{
    private BoundExpression BindCall(CallSyntax syntax)
    {
        BoundExpression call = syntax.Callee switch
        {
            NameSyntax name => BindNamedCall(syntax, name.Name),
            MemberSyntax member => BindMemberCall(syntax, member),
            _ => BindValueCall(syntax),
        };
        if (call.Type.IsNever)
            flow = FlowState.Unreachable;
        return call;
    }

    // Functions are not values yet, so nothing but a name can be called.
    private BoundExpression BindValueCall(CallSyntax syntax)
    {
        BoundExpression callee = RequireValue(BindExpression(syntax.Callee));
        return CannotCall(syntax, callee.Type.IsError ? null : callee.Type.Name);
    }

    private BoundExpression CannotCall(CallSyntax syntax, string? what)
    {
        BindLooseArguments(syntax.Arguments);
        return what is null ? new BoundError(syntax.Span) : Error(syntax.Callee.Span, DiagnosticCatalog.NotCallable, what);
    }

    // Of a call that is wrong already, for the errors inside the arguments.
    private void BindLooseArguments(ImmutableArray<ArgumentSyntax> arguments)
    {
        foreach (ArgumentSyntax argument in arguments)
            BindExpression(argument.Value);
    }

    private BoundExpression BindNamedCall(CallSyntax syntax, Identifier name)
    {
        switch (Lookup(name.Text))
        {
            case FunctionSymbol { HasReceiver: true } method:
                return BindImplicitMethodCall(syntax, method);
            case FunctionSymbol target:
                return BindFunctionCall(syntax, target, name.Span);
            case ClassSymbol target:
                return BindNew(syntax, target, name.Span);
            case null:
                ReportUnknownName(name);
                return CannotCall(syntax, null);
            case MissingSymbol:
                return CannotCall(syntax, null);
            default:
                return CannotCall(syntax, name.Text);
        }
    }

    private BoundExpression BindImplicitMethodCall(CallSyntax syntax, FunctionSymbol method)
    {
        if (HasThis)
            return BindMethodCall(syntax, new BoundThis(syntax.Callee.Span, @class!.Type), method, syntax.Callee.Span);
        BindLooseArguments(syntax.Arguments);
        return Error(syntax.Callee.Span, DiagnosticCatalog.NoThisFor, method.Name);
    }

    private BoundExpression BindFunctionCall(CallSyntax syntax, FunctionSymbol target, Span nameSpan)
    {
        if (!IsAccessible(target, nameSpan))
            return CannotCall(syntax, null);
        if (IsPrinting(target))
            return BindPrint(syntax, target);
        ImmutableArray<BoundExpression> arguments = BindArguments(target, syntax.Arguments, syntax.Span, target.Name);
        references.Add(target);
        return ExternTargets.OpcodeOf(target.ExternTarget) is { } opcode
            ? new BoundOpcode(syntax.Span, target.ReturnType, opcode, arguments)
            : new BoundCall(syntax.Span, target, null, arguments, Dispatch.Static);
    }

    /// <summary>The prelude's print functions take any one value that has a text.</summary>
    private static bool IsPrinting(FunctionSymbol target) => target is { Class: null, Name: "print" or "println", Module.Name: StandardLibrary.Prelude };

    private BoundExpression BindPrint(CallSyntax syntax, FunctionSymbol target)
    {
        references.Add(target);
        if (syntax.Arguments is not [{ Name: null } argument])
            return new BoundCall(syntax.Span, target, null, BindArguments(target, syntax.Arguments, syntax.Span, target.Name), Dispatch.Static);
        BoundExpression text = Format(RequireValue(BindExpression(argument.Value)));
        return new BoundCall(syntax.Span, target, null, [text], Dispatch.Static);
    }

    private BoundExpression BindNew(CallSyntax syntax, ClassSymbol target, Span nameSpan)
    {
        if (!IsAccessible(target, nameSpan))
            return CannotCall(syntax, null);
        if (target.IsAbstract)
        {
            BindLooseArguments(syntax.Arguments);
            return Error(nameSpan, target.IsInterface ? DiagnosticCatalog.InterfaceCreated : DiagnosticCatalog.AbstractCreated, target.Name);
        }

        references.Add(target);
        references.Add(target.Constructor!);
        return new BoundNew(syntax.Span, target, BindArguments(target.Constructor!, syntax.Arguments, syntax.Span, target.Name));
    }

    private BoundExpression BindMemberCall(CallSyntax syntax, MemberSyntax member)
    {
        if (member.Target is SuperSyntax super)
            return BindSuperCall(syntax, member, super);
        if (Qualifier(member.Target) is { } qualifier)
            return BindQualifiedCall(syntax, member, qualifier);
        BoundExpression target = RequireValue(BindExpression(member.Target));
        return member.IsSafe
            ? BindSafely(syntax.Span, target, inner => BindCallOnValue(syntax, inner, member.Name))
            : BindCallOnValue(syntax, target, member.Name);
    }

    private BoundExpression BindQualifiedCall(CallSyntax syntax, MemberSyntax member, Symbol qualifier)
    {
        switch (FindQualified(qualifier, member.Name))
        {
            case FunctionSymbol { HasReceiver: false } target:
                return BindFunctionCall(syntax, target, member.Name.Span);
            case ClassSymbol target:
                return BindNew(syntax, target, member.Name.Span);
            case FunctionSymbol method:
                BindLooseArguments(syntax.Arguments);
                return Error(member.Span, DiagnosticCatalog.InstanceMemberOfClass, method.Name, qualifier.Name);
            case null:
                return CannotCall(syntax, null);
            default:
                return CannotCall(syntax, member.Name.Text);
        }
    }

    private BoundExpression BindSuperCall(CallSyntax syntax, MemberSyntax member, SuperSyntax super)
    {
        if (!HasThis || @class!.Base is not { } @base)
        {
            BindLooseArguments(syntax.Arguments);
            return Error(super.Span, DiagnosticCatalog.NoBaseClass);
        }

        if (@base.Find(member.Name.Text) is not FunctionSymbol { HasReceiver: true } method)
        {
            Report(member.Name.Span, DiagnosticCatalog.NoSuchMember, @base.Name, member.Name.Text);
            return CannotCall(syntax, null);
        }

        if (method.IsAbstract)
            Report(member.Name.Span, DiagnosticCatalog.SuperIsAbstract, method.Name, method.Class!.Name);
        references.Add(method);
        ImmutableArray<BoundExpression> arguments = BindArguments(method, syntax.Arguments, syntax.Span, method.Name);
        return new BoundCall(syntax.Span, method, new BoundThis(super.Span, @class.Type), arguments, Dispatch.Static);
    }

    private BoundExpression BindCallOnValue(CallSyntax syntax, BoundExpression target, Identifier name)
    {
        if (target.Type.IsError)
            return CannotCall(syntax, null);
        if (target.Type is not ClassType { Symbol: var symbol })
            return BindBuiltInCall(syntax, target, name);
        switch (symbol.Find(name.Text))
        {
            case FunctionSymbol { HasReceiver: true } method:
                return BindMethodCall(syntax, target, method, name.Span);
            case null:
                Report(name.Span, DiagnosticCatalog.NoSuchMember, target.Type, name.Text);
                return CannotCall(syntax, null);
            case FieldSymbol:
                return CannotCall(syntax, name.Text);
            case var member:
                BindLooseArguments(syntax.Arguments);
                return Error(name.Span, DiagnosticCatalog.StaticMemberOfValue, member.Name, symbol.Name);
        }
    }

    private BoundExpression BindMethodCall(CallSyntax syntax, BoundExpression target, FunctionSymbol method, Span nameSpan)
    {
        if (!IsAccessible(method, nameSpan))
            return CannotCall(syntax, null);
        return CallMethod(syntax.Span, target, method, BindArguments(method, syntax.Arguments, syntax.Span, method.Name));
    }

    private BoundCall CallMethod(Span span, BoundExpression target, FunctionSymbol method, ImmutableArray<BoundExpression> arguments)
    {
        references.Add(method);
        Dispatch dispatch = !method.IsDispatched ? Dispatch.Static : method.Class!.IsInterface ? Dispatch.Interface : Dispatch.Virtual;
        return new BoundCall(span, method, target, arguments, dispatch);
    }

    private BoundExpression BindBuiltInCall(CallSyntax syntax, BoundExpression target, Identifier name)
    {
        if (!BuiltInMethods.Exists(target.Type, name.Text))
        {
            BindLooseArguments(syntax.Arguments);
            return NotOnType(target, name.Span, name.Text);
        }

        if (target.Type is ArrayType array)
            return BindArrayMethod(syntax, target, array, name);
        if (syntax.Arguments.Length > 0)
        {
            BindLooseArguments(syntax.Arguments);
            return Error(syntax.Arguments[0].Span, DiagnosticCatalog.TooManyArguments, name.Text, 0);
        }

        return BuiltInMethods.ConversionTarget(target.Type, name.Text) is { } type ? new BoundConversion(syntax.Span, type, target) : Format(target);
    }

    /// <summary><c>a.copy(from, target, at, count)</c> and <c>a.fill(from, to, value)</c>: the instructions of the same name.</summary>
    private BoundExpression BindArrayMethod(CallSyntax syntax, BoundExpression target, ArrayType array, Identifier name)
    {
        TarnType[] parameters = name.Text == "copy"
            ? [BuiltInType.Int, array, BuiltInType.Int, BuiltInType.Int]
            : [BuiltInType.Int, BuiltInType.Int, array.Element];
        if (syntax.Arguments.Length != parameters.Length)
        {
            BindLooseArguments(syntax.Arguments);
            return syntax.Arguments.Length > parameters.Length
                ? Error(syntax.Arguments[parameters.Length].Span, DiagnosticCatalog.TooManyArguments, name.Text, parameters.Length)
                : Error(syntax.Span, DiagnosticCatalog.MissingArgument, name.Text, $"number {syntax.Arguments.Length + 1}");
        }

        var arguments = ImmutableArray.CreateBuilder<BoundExpression>(parameters.Length + 1);
        arguments.Add(target);
        for (int i = 0; i < parameters.Length; i++)
            arguments.Add(BindConverted(syntax.Arguments[i].Value, parameters[i]));
        return new BoundOpcode(syntax.Span, BuiltInType.Void, name.Text == "copy" ? Opcode.ArrayCopy : Opcode.ArrayFill, arguments.MoveToImmutable());
    }

    /// <summary>Arguments in parameter order, complete: positional ones first, then named ones, then defaults.</summary>
    private ImmutableArray<BoundExpression> BindArguments(FunctionSymbol target, ImmutableArray<ArgumentSyntax> syntax, Span callSpan, string calleeName)
    {
        ImmutableArray<LocalSymbol> parameters = target.Parameters;
        var arguments = new BoundExpression?[parameters.Length];
        bool isNamed = false;
        bool isWrong = false;
        for (int i = 0; i < syntax.Length; i++)
        {
            ArgumentSyntax argument = syntax[i];
            isNamed |= argument.Name is not null;
            int position = argument.Name is { } name ? NamedPosition(parameters, arguments, name, calleeName) : Position(i, parameters.Length, isNamed, argument, calleeName);
            isWrong |= position < 0;
            if (position < 0)
                BindExpression(argument.Value);
            else
                arguments[position] = BindConverted(argument.Value, parameters[position].Type);
        }

        var complete = ImmutableArray.CreateBuilder<BoundExpression>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
            complete.Add(arguments[i] ?? (isWrong ? new BoundError(callSpan) : DefaultArgument(target, parameters[i], callSpan, calleeName)));
        return complete.MoveToImmutable();
    }

    private int Position(int index, int count, bool isNamed, ArgumentSyntax argument, string calleeName)
    {
        if (isNamed)
            Report(argument.Span, DiagnosticCatalog.PositionalAfterNamed);
        else if (index >= count)
            Report(argument.Span, DiagnosticCatalog.TooManyArguments, calleeName, count);
        return isNamed || index >= count ? -1 : index;
    }

    private int NamedPosition(ImmutableArray<LocalSymbol> parameters, BoundExpression?[] arguments, Identifier name, string calleeName)
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Name != name.Text)
                continue;
            if (arguments[i] is null)
                return i;
            Report(name.Span, DiagnosticCatalog.RepeatedArgument, name.Text);
            return -1;
        }

        Report(name.Span, DiagnosticCatalog.UnknownParameter, calleeName, name.Text);
        return -1;
    }

    private BoundExpression DefaultArgument(FunctionSymbol target, LocalSymbol parameter, Span callSpan, string calleeName)
    {
        if (parameter.Default is null)
            return Error(callSpan, DiagnosticCatalog.MissingArgument, calleeName, $"'{parameter.Name}'");
        BoundExpression value = compilation.DefaultOf(target, parameter, references);
        return new BoundDefault(callSpan, value);
    }
}
