using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Calls.</summary>
internal sealed partial class BodyBinder
{
    /// <param name="expected">What its place would like: finds type arguments that the arguments do not tell.</param>
    private BoundExpression BindCall(CallSyntax syntax, TarnType? expected)
    {
        BoundExpression call = syntax.Callee switch
        {
            NameSyntax name => BindNamedCall(syntax, name.Name, expected),
            MemberSyntax member => BindMemberCall(syntax, member, expected),
            _ => BindValueCall(syntax),
        };
        if (call.Type.IsNever)
            flow = FlowState.Unreachable;
        return call;
    }

    private BoundExpression BindValueCall(CallSyntax syntax) => BindInvoke(syntax, RequireValue(BindExpression(syntax.Callee)));

    /// <summary>A call of a value: it must be a function.</summary>
    private BoundExpression BindInvoke(CallSyntax syntax, BoundExpression callee)
    {
        AllowCall(callee);
        if (callee.Type is ClassType type && WellKnown.IsFunction(type.Symbol))
            return BindMethodCall(syntax, callee, MethodOf(type.Symbol, "invoke"), syntax.Callee.Span);
        if (FindOperator(callee.Type, "()", syntax.Callee.Span) is { } @operator)
            return CallOperator(syntax.Span, callee, @operator, syntax.Arguments);
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
            BindLoosely(argument.Value);
    }

    /// <summary>What belongs to something that was reported: no type that it might find from there is missed.</summary>
    private BoundExpression BindLoosely(ExpressionSyntax syntax) => BindExpression(syntax, BuiltInType.Error);

    private BoundExpression BindNamedCall(CallSyntax syntax, Identifier name, TarnType? expected)
    {
        switch (Lookup(name.Text))
        {
            case FunctionSymbol { HasReceiver: true } method:
                return BindImplicitMethodCall(syntax, method);
            case FunctionSymbol target:
                return BindFunctionCall(syntax, target, name.Span, expected);
            case ClassSymbol target:
                return BindNew(syntax, target, name.Span, expected);
            case null:
                ReportUnknownName(name);
                return CannotCall(syntax, null);
            case MissingSymbol:
                return CannotCall(syntax, null);
            default:
                return BindInvoke(syntax, RequireAssigned(Read(BindName(name))));
        }
    }

    private BoundExpression BindImplicitMethodCall(CallSyntax syntax, FunctionSymbol method)
    {
        if (HasThis)
            return BindMethodCall(syntax, This(syntax.Callee.Span), method, syntax.Callee.Span);
        BindLooseArguments(syntax.Arguments);
        return Error(syntax.Callee.Span, DiagnosticCatalog.NoThisFor, method.Name);
    }

    private BoundExpression BindFunctionCall(CallSyntax syntax, FunctionSymbol target, Span nameSpan, TarnType? expected)
    {
        if (!IsAccessible(target, nameSpan))
            return CannotCall(syntax, null);
        if (IsPrinting(target))
            return BindPrint(syntax, target);
        if (BindArguments(CalleeOf(target, TypeMap.Empty, expected), syntax) is not { } call)
            return new BoundError(syntax.Span);
        references.Add(target);
        return ExternTargets.OpcodeOf(target.ExternTarget) is { } opcode
            ? new BoundOpcode(syntax.Span, target.ReturnType, opcode, call.Arguments)
            : new BoundCall(syntax.Span, target, call.Types, null, IsAssertEqual(target) ? WithText(syntax, target, call.Arguments, call.Types) : call.Arguments, Dispatch.Static);
    }

    /// <summary>The prelude's print functions take any one value that has a text.</summary>
    private static bool IsPrinting(FunctionSymbol target) => target is { Class: null, Name: "print" or "println", Module.Name: StandardLibrary.Prelude };

    private BoundExpression BindPrint(CallSyntax syntax, FunctionSymbol target)
    {
        references.Add(target);
        if (syntax is not { TypeArguments.IsEmpty: true, Arguments: [{ Name: null } argument] })
            return BindArguments(CalleeOf(target, TypeMap.Empty, null), syntax) is { } call ? CallStatic(syntax.Span, target, call.Types, call.Arguments) : new BoundError(syntax.Span);
        BoundExpression text = Format(RequireValue(BindExpression(argument.Value)));
        return new BoundCall(syntax.Span, target, TypeMap.Empty, null, [text], Dispatch.Static);
    }

    private BoundExpression BindNew(CallSyntax syntax, ClassSymbol target, Span nameSpan, TarnType? expected)
    {
        if (!IsAccessible(target, nameSpan))
            return CannotCall(syntax, null);
        if (target.IsCase && target.Syntax.Parameters.IsEmpty && syntax.Arguments.IsEmpty && syntax.TypeArguments.IsEmpty)
            return Error(syntax.Span, DiagnosticCatalog.CaseWithoutPayload, target.Name);
        if (target.IsAbstract)
        {
            BindLooseArguments(syntax.Arguments);
            return Error(nameSpan, target.IsInterface ? DiagnosticCatalog.InterfaceCreated : DiagnosticCatalog.AbstractCreated, target.Name);
        }

        references.Add(target);
        references.Add(target.Constructor!);
        TarnType result = target.IsCase ? target.BaseType! : target.Type;
        var callee = new Callee(target.Constructor!, target.Name, target.TypeParameters, TypeMap.Empty, result, expected);
        if (BindArguments(callee, syntax) is not { } call)
            return new BoundError(syntax.Span);
        var created = new BoundNew(syntax.Span, (ClassType)target.Type.Substitute(call.Types), call.Arguments);
        return target.IsCase ? AsEnum(created) : created;
    }

    private BoundExpression BindMemberCall(CallSyntax syntax, MemberSyntax member, TarnType? expected)
    {
        if (member.Target is SuperSyntax super)
            return BindSuperCall(syntax, member, super);
        if (Qualifier(member.Target) is { } qualifier)
            return BindQualifiedCall(syntax, member, qualifier, expected);
        BoundExpression target = RequireValue(BindExpression(member.Target));
        return member.IsSafe
            ? BindSafely(syntax.Span, target, inner => BindCallOnValue(syntax, inner, member.Name))
            : BindCallOnValue(syntax, target, member.Name);
    }

    private BoundExpression BindQualifiedCall(CallSyntax syntax, MemberSyntax member, Symbol qualifier, TarnType? expected)
    {
        switch (FindQualified(qualifier, member.Name))
        {
            case FunctionSymbol { HasReceiver: false } target:
                return BindFunctionCall(syntax, target, member.Name.Span, expected);
            case ClassSymbol target:
                return BindNew(syntax, target, member.Name.Span, expected);
            case FunctionSymbol method:
                BindLooseArguments(syntax.Arguments);
                return Error(member.Span, DiagnosticCatalog.InstanceMemberOfClass, method.Name, qualifier.Name);
            case null:
                return CannotCall(syntax, null);
            case GlobalSymbol global:
                return BindInvoke(syntax, BindGlobalUse(global, member.Span));
            case PropertySymbol { IsStatic: true } property:
                return BindInvoke(syntax, Read(BindProperty(property, null, member.Span)));
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
        TypeMap map = @class.Type.AsSuper(method.Class!)!.Map;
        return BindArguments(CalleeOf(method, map, null), syntax) is { } call
            ? new BoundCall(syntax.Span, method, call.Types, This(super.Span), call.Arguments, Dispatch.Static)
            : new BoundError(syntax.Span);
    }

    private BoundExpression BindCallOnValue(CallSyntax syntax, BoundExpression target, Identifier name)
    {
        if (target.Type.IsError)
            return CannotCall(syntax, null);
        if (target.Type is TypeVariable { Parameter.IsComparable: true } && name.Text == "compareTo")
            return BindComparison(syntax, target);
        if (TypeRelations.ClassOf(target.Type)?.Symbol is not { } symbol)
            return BindBuiltInCall(syntax, target, name);
        switch (symbol.Find(name.Text))
        {
            case FunctionSymbol { HasReceiver: true } method:
                return BindMethodCall(syntax, target, method, name.Span);
            case null when BindExtensionCall(syntax, target, name) is { } call:
                return call;
            case null:
                Report(name.Span, DiagnosticCatalog.NoSuchMember, target.Type, name.Text);
                return CannotCall(syntax, null);
            case FieldSymbol or PropertySymbol { IsStatic: false }:
                return BindInvoke(syntax, Read(BindValueMember(target, name)));
            case var member:
                BindLooseArguments(syntax.Arguments);
                return Error(name.Span, DiagnosticCatalog.StaticMemberOfValue, member.Name, symbol.Name);
        }
    }

    private BoundExpression BindMethodCall(CallSyntax syntax, BoundExpression target, FunctionSymbol method, Span nameSpan)
    {
        if (!IsAccessible(method, nameSpan))
            return CannotCall(syntax, null);
        TypeMap map = TypeRelations.ClassOf(target.Type)?.AsSuper(method.Class!)?.Map ?? TypeMap.Empty;
        return BindArguments(CalleeOf(method, map, null), syntax) is { } call ? CallMethod(syntax.Span, target, method, call.Types, call.Arguments) : new BoundError(syntax.Span);
    }

    /// <summary>A method that takes nothing and has no type parameters of its own.</summary>
    private BoundCall CallMethod(Span span, BoundExpression target, FunctionSymbol method) =>
        CallMethod(span, target, method, TypeRelations.ClassOf(target.Type)!.AsSuper(method.Class!)!.Map, []);

    private BoundCall CallMethod(Span span, BoundExpression target, FunctionSymbol method, TypeMap map, ImmutableArray<BoundExpression> arguments)
    {
        references.Add(method);
        if (TypeRelations.IsValue(target.Type) && method.Class!.IsInterface)
            target = new BoundConversion(target.Span, method.Class.Type.Substitute(map), target);
        Dispatch dispatch = !method.IsDispatched || method.Class!.IsValue ? Dispatch.Static : method.Class!.IsInterface ? Dispatch.Interface : Dispatch.Virtual;
        return new BoundCall(span, method, map, target, arguments, dispatch);
    }

    private BoundExpression BindBuiltInCall(CallSyntax syntax, BoundExpression target, Identifier name)
    {
        if (!BuiltInMethods.Exists(target.Type, name.Text))
        {
            if (BindExtensionCall(syntax, target, name) is { } call)
                return call;
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

    /// <summary>
    /// Arguments in parameter order, complete: positional ones first, then named ones, then defaults. What their types leave open of the
    /// callee's type arguments is found here. Null when that was reported.
    /// </summary>
    private (ImmutableArray<BoundExpression> Arguments, TypeMap Types)? BindArguments(Callee callee, CallSyntax syntax) =>
        BindArguments(callee, syntax.TypeArguments, syntax.Arguments, syntax.Span);

    private (ImmutableArray<BoundExpression> Arguments, TypeMap Types)? BindArguments(
        Callee callee, ImmutableArray<TypeSyntax> typeArguments, ImmutableArray<ArgumentSyntax> syntax, Span callSpan)
    {
        ImmutableArray<LocalSymbol> parameters = callee.Function.Parameters;
        int extended = callee.Extended is null ? 0 : 1;
        if (GivenTypes(callee, typeArguments, callSpan) is not { } given)
        {
            BindLooseArguments(syntax);
            return null;
        }

        var inference = new TypeInference(callee.TypeParameters, given);
        var arguments = new BoundExpression?[parameters.Length];
        if (callee.Extended is not null)
        {
            arguments[0] = callee.Extended;
            inference.Unify(parameters[0].Type, callee.Extended.Type);
        }

        if (callee is { Function.Class.IsCase: true, Expected: { } wanted })
            inference.Unify(callee.Result, wanted);
        bool isNamed = false;
        bool isWrong = false;
        var waiting = new List<(int Position, ExpressionSyntax Syntax)>();
        for (int i = 0; i < syntax.Length; i++)
        {
            ArgumentSyntax argument = syntax[i];
            isNamed |= argument.Name is not null;
            int position = argument.Name is { } name ? NamedPosition(parameters, arguments, name, callee.Name) : Position(i, parameters.Length - extended, isNamed, argument, callee.Name) is var place and >= 0 ? place + extended : -1;
            isWrong |= position < 0;
            if (position >= 0)
                NoteInlined(callee.Function, parameters[position], argument.Value);
            if (position < 0)
            {
                BindLoosely(argument.Value);
            }
            else if (inference.IsOpen(parameters[position].Type) && NeedsType(argument.Value))
            {
                waiting.Add((position, argument.Value));
                arguments[position] = new BoundError(argument.Span);
            }
            else
            {
                arguments[position] = BindArgument(argument.Value, parameters[position].Type, inference);
            }
        }

        if (inference.Missing is not null && callee.Expected is not null)
            inference.Unify(callee.Result, callee.Expected);
        foreach ((int position, ExpressionSyntax value) in waiting)
            arguments[position] = BindArgument(value, parameters[position].Type, inference);
        bool isReported = isWrong || arguments.Any(a => a is { Type.IsError: true });
        if (inference.Missing is not null && isReported)
            return null;
        if (!CheckTypeArguments(callee, inference, callSpan))
            return null;
        return (Complete(callee, arguments, inference.Map, callSpan, isWrong), inference.Map);
    }

    /// <summary>A value for a parameter; converted at once unless type arguments are still to be found.</summary>
    private BoundExpression BindArgument(ExpressionSyntax syntax, TarnType parameter, TypeInference inference)
    {
        if (inference.IsFound(parameter))
            return BindWidening(syntax, (TypeVariable)parameter, inference);
        if (!inference.IsOpen(parameter))
            return BindConverted(syntax, parameter.Substitute(inference.Map));
        BoundExpression argument = RequireValue(BindExpression(syntax, syntax is LambdaSyntax or NameSyntax or MemberSyntax ? inference.OutlineOrNull(parameter) : null));
        inference.Unify(parameter, argument.Type);
        return argument;
    }

    /// <summary>A value for a type parameter that an argument before it has told: this one may show it to be a wider type, or one with null.</summary>
    private BoundExpression BindWidening(ExpressionSyntax syntax, TypeVariable parameter, TypeInference inference)
    {
        TarnType known = parameter.Substitute(inference.Map);
        BoundExpression argument = RequireValue(BindExpression(syntax, known));
        if (Adapt(argument, known) is null && (argument.Type.IsNullable || TypeRelations.Classify(known, argument.Type) != Conversion.None))
            inference.Unify(parameter, argument.Type == BuiltInType.Null ? known.Nullable : argument.Type);
        return argument;
    }

    private ImmutableArray<BoundExpression> Complete(Callee callee, BoundExpression?[] arguments, TypeMap map, Span callSpan, bool isWrong)
    {
        var complete = ImmutableArray.CreateBuilder<BoundExpression>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            LocalSymbol parameter = callee.Function.Parameters[i];
            if (arguments[i] is { } handedOn)
                NoteArgument(callee.Function, parameter, handedOn);
            complete.Add(isWrong ? arguments[i] ?? new BoundError(callSpan)
                : arguments[i] is { } argument ? Convert(argument, parameter.Type.Substitute(map))
                : DefaultArgument(callee, parameter, map, callSpan));
        }

        return complete.MoveToImmutable();
    }

    /// <summary>Type arguments written at the call, with those of the receiver's class; null when reported.</summary>
    private TypeMap? GivenTypes(Callee callee, ImmutableArray<TypeSyntax> typeArguments, Span callSpan)
    {
        if (typeArguments.IsEmpty)
            return callee.Outer;
        if (typeArguments.Length != callee.TypeParameters.Length)
        {
            Report(callSpan, DiagnosticCatalog.TypeArgumentCount, callee.Name, callee.TypeParameters.Length);
            return null;
        }

        TypeMap map = callee.Outer;
        for (int i = 0; i < typeArguments.Length; i++)
            map = map.With(callee.TypeParameters[i], types.ResolveValue(typeArguments[i]));
        return map;
    }

    private bool CheckTypeArguments(Callee callee, TypeInference inference, Span callSpan)
    {
        if (inference.Missing is { } missing)
        {
            Report(callSpan, DiagnosticCatalog.CannotInfer, missing.Name, callee.Name);
            return false;
        }

        return types.CheckBounds(callee.TypeParameters, inference.Map, callSpan);
    }

    /// <summary>What a call calls.</summary>
    /// <param name="TypeParameters">Those whose arguments the call gives or leaves to be found.</param>
    /// <param name="Outer">What the type parameters of the receiver's class stand for.</param>
    /// <param name="Result">In terms of the type parameters.</param>
    private sealed record Callee(
        FunctionSymbol Function, string Name, ImmutableArray<TypeParameterSymbol> TypeParameters, TypeMap Outer, TarnType Result, TarnType? Expected)
    {
        /// <summary>Of an extension: the value it is called on, its first argument.</summary>
        public BoundExpression? Extended { get; init; }
    }

    private static Callee CalleeOf(FunctionSymbol function, TypeMap outer, TarnType? expected) =>
        new(function, function.Name, function.TypeParameters, outer, function.ReturnType, expected);

    /// <summary><c>a.compareTo(b)</c> of a type parameter, which may stand for a number.</summary>
    private BoundExpression BindComparison(CallSyntax syntax, BoundExpression target)
    {
        if (syntax.Arguments is not [{ Name: null } argument])
        {
            BindLooseArguments(syntax.Arguments);
            return Error(syntax.Span, DiagnosticCatalog.MissingArgument, "compareTo", "'other'");
        }

        return CallPrelude(syntax.Span, "compare", target.Type, [target, BindConverted(argument.Value, target.Type)]);
    }

    /// <summary>A generic function of the prelude on values of one type.</summary>
    private BoundCall CallPrelude(Span span, string name, TarnType type, ImmutableArray<BoundExpression> arguments)
    {
        FunctionSymbol target = compilation.PreludeFunction(name);
        references.Add(target);
        return new BoundCall(span, target, TypeMap.Empty.With(target.TypeParameters[0], type), null, arguments, Dispatch.Static);
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

    private BoundExpression DefaultArgument(Callee callee, LocalSymbol parameter, TypeMap map, Span callSpan)
    {
        if (parameter.Default is null)
            return Error(callSpan, DiagnosticCatalog.MissingArgument, callee.Name, $"'{parameter.Name}'");
        BoundExpression value = compilation.DefaultOf(callee.Function, parameter, references);
        return parameter.Type.HasVariables ? new BoundNull(callSpan, parameter.Type.Substitute(map)) : new BoundDefault(callSpan, value);
    }
}
