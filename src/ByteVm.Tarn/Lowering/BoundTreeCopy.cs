using System.Collections.Immutable;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// An inline function's body as it stands at one call: with variables of its own, and with the call's types for its type parameters.
/// <para>What the binder decided about a type parameter has to hold for what it stands for. Two things differ: a 'T?' is an optional to the binder and may be a
/// plain reference or the type itself here, which is put right below; and type tests of a T, for which see <c>FunctionLowering.TypeTests</c>.</para>
/// </summary>
/// <param name="types">What the type parameters stand for at the call.</param>
/// <param name="typeParameters">Those around the call, which lambdas in the body now are inside of.</param>
internal sealed partial class BoundTreeCopy(TypeMap types, ImmutableArray<TypeParameterSymbol> typeParameters)
{
    private readonly Dictionary<LocalSymbol, LocalSymbol> locals = [];
    private readonly Dictionary<LoopTarget, LoopTarget> loops = [];
    private readonly Dictionary<BoundPlaceholder, BoundPlaceholder> placeholders = new(ReferenceEqualityComparer.Instance);

    public LocalSymbol Copy(LocalSymbol local)
    {
        if (!locals.TryGetValue(local, out LocalSymbol? copy))
        {
            copy = new LocalSymbol(local.Name, local.NameSpan, Copy(local.Type), local.IsMutable, local.IsParameter) { IsShared = local.IsShared, IsUntracked = local.IsUntracked };
            locals.Add(local, copy);
        }

        return copy;
    }

    /// <summary>A parameter that is known to get values of a narrower type than it declares.</summary>
    public LocalSymbol Narrow(LocalSymbol parameter, TarnType type)
    {
        var copy = new LocalSymbol(parameter.Name, parameter.NameSpan, type, isMutable: false, isParameter: true);
        locals.Add(parameter, copy);
        return copy;
    }

    private TarnType Copy(TarnType type) => type.Substitute(types);

    private ClassType Copy(ClassType type) => (ClassType)type.Substitute(types);

    private ImmutableArray<LocalSymbol> Copy(ImmutableArray<LocalSymbol> symbols) => [.. symbols.Select(Copy)];

    private ImmutableArray<BoundExpression> Copy(ImmutableArray<BoundExpression> expressions) => [.. expressions.Select(Copy)];

    private LoopTarget Copy(LoopTarget target)
    {
        if (!loops.TryGetValue(target, out LoopTarget? copy))
            loops.Add(target, copy = new LoopTarget(target.Label));
        return copy;
    }

    private BoundPlaceholder Copy(BoundPlaceholder placeholder)
    {
        if (!placeholders.TryGetValue(placeholder, out BoundPlaceholder? copy))
            placeholders.Add(placeholder, copy = new BoundPlaceholder(placeholder.Span, Copy(placeholder.Type)));
        return copy;
    }

    public BoundBlock Copy(BoundBlock block) => new(block.Span, Copy(block.Statements));

    private ImmutableArray<BoundStatement> Copy(ImmutableArray<BoundStatement> statements) => [.. statements.Select(Copy)];

    private BoundBranch Copy(BoundBranch branch) => new(Copy(branch.Statements), CopyOptional(branch.Value));

    private BoundStatement Copy(BoundStatement statement) => statement switch
    {
        BoundBlock s => Copy(s),
        BoundExpressionStatement s => s with { Expression = Copy(s.Expression) },
        BoundLocalDeclaration s => s with { Local = Copy(s.Local), Initializer = CopyOptional(s.Initializer) },
        BoundAssignment s => s with { Target = Copy(s.Target), Value = Copy(s.Value) },
        BoundCompoundAssignment s => s with { Target = Copy(s.Target), Current = Copy(s.Current), Value = Copy(s.Value) },
        BoundReturn s => s with { Value = CopyOptional(s.Value) },
        BoundForIterable s => CopyForIterable(s),
        BoundForCall s => new BoundForCall(s.Span, Copy(s.Target), CopyCall(s.Call)),
        BoundBreak s => s with { Target = Copy(s.Target) },
        BoundContinue s => s with { Target = Copy(s.Target) },
        BoundWhile s => s with { Target = Copy(s.Target), Condition = Copy(s.Condition), Body = Copy(s.Body) },
        BoundForRange s => s with { Target = Copy(s.Target), Variable = Copy(s.Variable), From = Copy(s.From), To = Copy(s.To), Step = Copy(s.Step), Body = Copy(s.Body) },
        BoundForArray s => s with { Target = Copy(s.Target), Variable = Copy(s.Variable), Array = Copy(s.Array), Body = Copy(s.Body) },
        BoundForString s => s with { Target = Copy(s.Target), Variable = Copy(s.Variable), Text = Copy(s.Text), Body = Copy(s.Body) },
        _ => throw new InvalidOperationException($"No copy of {statement.GetType().Name}."),
    };

    private BoundForIterable CopyForIterable(BoundForIterable loop) => loop with
    {
        Target = Copy(loop.Target),
        Variable = Copy(loop.Variable),
        Collection = Copy(loop.Collection),
        Iterator = Copy(loop.Iterator),
        Start = CopyCall(loop.Start),
        HasNext = CopyCall(loop.HasNext),
        Next = CopyCall(loop.Next),
        Body = Copy(loop.Body),
    };

    private BoundExpression? CopyOptional(BoundExpression? expression) => expression is null ? null : Copy(expression);

    /// <summary>The type of the copy is what the type of the original stands for.</summary>
    private BoundExpression Copy(BoundExpression expression)
    {
        BoundExpression copy = CopySimple(expression) ?? CopyStructure(expression);
        TarnType type = Copy(expression.Type);
        return copy.Type == type ? copy : new BoundConversion(copy.Span, type, copy);
    }
}
