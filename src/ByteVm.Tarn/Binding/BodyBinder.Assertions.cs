using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// <c>assertEqual(expected, actual)</c> shows both values. What text a value has is known where it is called, by its static type, so the call is given the function
/// that makes it.
/// </summary>
internal sealed partial class BodyBinder
{
    private static bool IsAssertEqual(FunctionSymbol target) => target is { Class: null, Name: "assertEqual", Module.Name: StandardLibrary.Testing };

    private ImmutableArray<BoundExpression> WithText(CallSyntax syntax, FunctionSymbol target, ImmutableArray<BoundExpression> arguments, TypeMap map)
    {
        TarnType type = map.Find(target.TypeParameters[0])!;
        if (arguments[^1] is not BoundNull || !HasText(type))
            return arguments;
        var value = new Identifier("<value>", syntax.Span);
        var lambda = new LambdaSyntax(syntax.Span, [new LambdaParameterSyntax(value, null)], new StringTemplateSyntax(syntax.Span, [new NameSyntax(value)]), null);
        TarnType wanted = target.Parameters[^1].Type.Substitute(map);
        return arguments.SetItem(arguments.Length - 1, Convert(BindLambda(lambda, wanted), wanted));
    }
}
