using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Functions inside functions: lambdas with a name, which they know themselves.</summary>
internal sealed partial class BodyBinder
{
    private BoundBlock BindLocalFunction(FunctionSyntax syntax)
    {
        if (!CheckLocalFunction(syntax))
        {
            Declare(syntax.Name, BuiltInType.Error, isMutable: false);
            return new BoundBlock(syntax.Span, []);
        }

        ImmutableArray<TarnType> parameters = [.. syntax.Parameters.Select(p => types.ResolveValue(p.Type))];
        TarnType result = syntax.ReturnType is null ? BuiltInType.Void : types.Resolve(syntax.ReturnType);
        TarnType type = types.FunctionOf(parameters, result, syntax.Name.Span);
        LocalSymbol local = Declare(syntax.Name, type, isMutable: false);
        var lambda = new LambdaSyntax(syntax.Span, [.. syntax.Parameters.Select(p => new LambdaParameterSyntax(p.Name, null))], syntax.ExpressionBody, syntax.Body);
        if (type.IsError || BindLambda(lambda, type, syntax.Name.Text) is not BoundLambda value)
            return new BoundBlock(syntax.Span, []);
        if (!value.Captured.Contains(local))
            return new BoundBlock(syntax.Span, [new BoundLocalDeclaration(syntax.Span, local, value)]);

        // It refers to itself: the variable must be there before the function is made.
        (local.IsShared, local.IsUntracked) = (true, true);
        return new BoundBlock(syntax.Span, [
            new BoundLocalDeclaration(syntax.Span, local, null),
            new BoundAssignment(syntax.Span, new BoundLocal(syntax.Name.Span, local, type), value)]);
    }

    private bool CheckLocalFunction(FunctionSyntax syntax)
    {
        string? wrong = !syntax.TypeParameters.IsEmpty ? "type parameters"
            : syntax.Extended is not null ? "a type that it extends"
            : syntax.Parameters.Any(p => p.Default is not null) ? "defaults"
            : null;
        if (wrong is not null)
            Report(syntax.Name.Span, DiagnosticCatalog.LocalFunctionRestriction, syntax.Name.Text, wrong);
        if (syntax.Body is null && syntax.ExpressionBody is null)
            Report(syntax.Name.Span, DiagnosticCatalog.MissingBody, syntax.Name.Text);
        return wrong is null && (syntax.Body is not null || syntax.ExpressionBody is not null);
    }
}
