using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Inline functions. What is said about a lambda's types and flow does not depend on whether it is inlined; only that is noted which decides how variables are
/// kept: what nothing but inlined lambdas capture stays a plain local.
/// </summary>
internal sealed partial class BodyBinder
{
    /// <summary>Lambdas that stand in place of the calls of an inline function's parameter.</summary>
    private readonly HashSet<LambdaSyntax> inlinedLambdas = new(ReferenceEqualityComparer.Instance);

    /// <summary>Where a parameter that is put into the body is used as more than what is called.</summary>
    private readonly Dictionary<Span, LocalSymbol> valuesOfInlined = [];

    private void NoteInlined(FunctionSymbol callee, LocalSymbol parameter, ExpressionSyntax argument)
    {
        if (argument is LambdaSyntax lambda && callee.TakesInline(parameter))
            inlinedLambdas.Add(lambda);
    }

    /// <summary>A use of a name: of an inlined parameter it is refused unless it turns out to be a call or to be handed on.</summary>
    private void NoteUse(LocalSymbol local, Span span)
    {
        if (function is not null && function.TakesInline(local))
            valuesOfInlined[span] = local;
    }

    private void AllowCall(BoundExpression callee) => Allow(callee, isInlined: true);

    private void NoteArgument(FunctionSymbol callee, LocalSymbol parameter, BoundExpression argument)
    {
        Allow(argument, callee.TakesInline(parameter));
        ReferToForEach(callee, argument);
    }

    private void Allow(BoundExpression use, bool isInlined)
    {
        if (use is BoundLocal && isInlined && lambdas.All(l => l.IsInlined))
            valuesOfInlined.Remove(use.Span);
    }

    private void ReportValuesOfInlined()
    {
        foreach ((Span span, LocalSymbol local) in valuesOfInlined)
            Report(span, DiagnosticCatalog.InlineParameterAsValue, local.Name, function!.Name);
    }
}
