using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Functions, methods of an object and constructors used as values: each becomes the lambda that calls it. An object is evaluated once, where the value is made.
/// </summary>
internal sealed partial class BodyBinder
{
    private BoundExpression BindNameValue(Identifier name, TarnType? expected) => Lookup(name.Text) switch
    {
        FunctionSymbol { HasReceiver: true } method => HasThis ? BindMethodValue(This(name.Span), method, name.Span, expected) : Error(name.Span, DiagnosticCatalog.NoThisFor, name.Text),
        FunctionSymbol function => BindFunctionValue(function, name.Span, expected),
        ClassSymbol { IsCase: true } @case => BindCase(@case, name.Span, expected),
        ClassSymbol { IsAbstract: false } @class => BindConstructorValue(@class, name.Span, expected),
        _ => RequireAssigned(Read(BindName(name))),
    };

    private BoundExpression BindMemberValue(MemberSyntax syntax, TarnType? expected) => RequireAssigned(Read(BindMember(syntax, expected)));

    private BoundExpression BindFunctionValue(FunctionSymbol function, Span span, TarnType? expected)
    {
        if (!IsAccessible(function, span) || Signature(CalleeOf(function, TypeMap.Empty, null), span, expected) is not { } signature)
            return new BoundError(span);
        references.Add(function);
        bool prints = IsPrinting(function) && signature.Wanted is not null && !signature.Wanted.FunctionParameters[0].IsError;
        return Wrap(span, prints ? signature with { Parameters = signature.Wanted!.FunctionParameters } : signature, null, arguments =>
            ExternTargets.OpcodeOf(function.ExternTarget) is { } opcode ? new BoundOpcode(span, signature.Result, opcode, arguments)
            : new BoundCall(span, function, signature.Types, null, prints ? [Format(arguments[0])] : arguments, Dispatch.Static));
    }

    private BoundExpression BindConstructorValue(ClassSymbol @class, Span span, TarnType? expected)
    {
        var callee = new Callee(@class.Constructor!, @class.Name, @class.TypeParameters, TypeMap.Empty, @class.IsCase ? @class.BaseType! : @class.Type, null);
        if (!IsAccessible(@class, span) || Signature(callee, span, expected) is not { } signature)
            return new BoundError(span);
        references.Add(@class);
        references.Add(@class.Constructor!);
        return Wrap(span, signature, null, arguments =>
        {
            var created = new BoundNew(span, (ClassType)@class.Type.Substitute(signature.Types), arguments);
            return @class.IsCase ? AsEnum(created) : created;
        });
    }

    private BoundExpression BindMethodValue(BoundExpression target, FunctionSymbol method, Span span, TarnType? expected)
    {
        TypeMap map = TypeRelations.ClassOf(target.Type)!.AsSuper(method.Class!)!.Map;
        if (!IsAccessible(method, span) || Signature(CalleeOf(method, map, null), span, expected) is not { } signature)
            return new BoundError(span);
        LocalSymbol? held = target is BoundThis ? null : Unnamed(target.Span, target.Type);
        BoundExpression receiver = held is null ? target : new BoundLocal(target.Span, held, held.Type);
        BoundExpression value = Wrap(span, signature, held, arguments => CallMethod(span, receiver, method, signature.Types, arguments));
        return held is null ? value : new BoundLet(target.Span.To(span), held, target, value);
    }

    /// <summary>What a function takes and gives as a value: its type parameters found from the type that the place wants.</summary>
    private sealed record ValueSignature(ImmutableArray<TarnType> Parameters, TarnType Result, TypeMap Types, ClassType? Wanted, Callee Callee);

    private ValueSignature? Signature(Callee callee, Span span, TarnType? expected)
    {
        ImmutableArray<LocalSymbol> parameters = callee.Function.Parameters;
        ClassType? wanted = expected?.NonNull is ClassType type && WellKnown.IsFunction(type.Symbol) && type.FunctionParameters.Length == parameters.Length ? type : null;
        var inference = new TypeInference(callee.TypeParameters, callee.Outer);
        for (int i = 0; i < parameters.Length && wanted is not null; i++)
            inference.Unify(parameters[i].Type, wanted.FunctionParameters[i]);
        if (wanted is not null && inference.Missing is not null)
            inference.Unify(callee.Result, wanted.FunctionResult);
        if (!CheckTypeArguments(callee, inference, span))
            return null;
        return new ValueSignature([.. parameters.Select(p => p.Type.Substitute(inference.Map))], callee.Result.Substitute(inference.Map), inference.Map, wanted, callee);
    }

    /// <summary>The lambda that hands its parameters on. Where the place wants a function of narrower parameters or without result, it is one.</summary>
    /// <param name="held">What it captures.</param>
    private BoundExpression Wrap(Span span, ValueSignature signature, LocalSymbol? held, Func<ImmutableArray<BoundExpression>, BoundExpression> call)
    {
        var parameters = ImmutableArray.CreateBuilder<LocalSymbol>();
        var arguments = ImmutableArray.CreateBuilder<BoundExpression>();
        for (int i = 0; i < signature.Parameters.Length; i++)
        {
            TarnType type = Narrower(signature.Wanted?.FunctionParameters[i], signature.Parameters[i]);
            var parameter = new LocalSymbol(signature.Callee.Function.Parameters[i].Name, span, type, isMutable: false, isParameter: true) { Depth = lambdas.Count + 1 };
            parameters.Add(parameter);
            arguments.Add(Convert(new BoundLocal(span, parameter, type), signature.Parameters[i]));
        }

        TarnType result = signature.Wanted?.FunctionResult is { IsError: false } wanted && (wanted.IsVoid || TypeRelations.Classify(signature.Result, wanted) is Conversion.Reference)
            ? wanted
            : signature.Result.IsNever ? BuiltInType.Void
            : signature.Wanted is { } place && HasHoles(place.FunctionResult) ? TakeUp(signature.Result, place.FunctionResult) : signature.Result;
        if (types.FunctionOf([.. parameters.Select(p => p.Type)], result, span) is not ClassType functionType)
            return new BoundError(span);
        BoundExpression value = call(arguments.ToImmutable());
        BoundStatement body = result.IsVoid ? new BoundExpressionStatement(span, value) : new BoundReturn(span, Convert(value, result));
        return new BoundLambda(
            span, functionType, parameters.ToImmutable(), new BoundBlock(span, [body]), held is null ? [] : [held], CapturedThis(held, signature), function?.AllTypeParameters ?? [], false, module.Source);
    }

    private static TarnType Narrower(TarnType? wanted, TarnType own) =>
        wanted is { IsError: false } && TypeRelations.Classify(wanted, own) is Conversion.Reference ? wanted : own;

    private ClassType? CapturedThis(LocalSymbol? held, ValueSignature signature) =>
        held is null && signature.Callee.Function is { HasReceiver: true, IsConstructor: false } ? @class!.Type : null;
}
