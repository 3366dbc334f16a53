using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Match.</summary>
internal sealed partial class BodyBinder
{
    private BoundExpression BindMatch(MatchSyntax syntax, bool wantsValue, TarnType? expected)
    {
        BoundExpression value = RequireValue(BindExpression(syntax.Value));
        if (value.Type.IsNever)
            value = Error(syntax.Value.Span, DiagnosticCatalog.NotAValueType, value.Type);
        var patterns = new List<Pattern>();
        bool wrongAround = hasWrongPattern;
        hasWrongPattern = false;
        BoundArm[] arms = BindArms(syntax, value, patterns, wantsValue, expected);
        bool isWrong = hasWrongPattern || value.Type.IsError;
        hasWrongPattern = wrongAround;
        if (isWrong)
            return new BoundError(syntax.Span);
        var root = Occurrence.Root(value.Span, value.Type);
        Decision? decision = Decide(syntax, root, patterns);
        if (decision is null)
            return new BoundError(syntax.Span);
        TarnType? type = wantsValue ? JoinArms(arms, syntax.Span, expected) : BuiltInType.Void;
        return type is null ? new BoundError(syntax.Span) : new BoundMatch(syntax.Span, type, value, root, [.. arms], decision);
    }

    private BoundArm[] BindArms(MatchSyntax syntax, BoundExpression value, List<Pattern> patterns, bool wantsValue, TarnType? expected)
    {
        var arms = new BoundArm[syntax.Arms.Length];
        FlowState after = FlowState.Unreachable;
        TarnType type = value.Type;
        for (int i = 0; i < arms.Length; i++)
        {
            MatchArmSyntax arm = syntax.Arms[i];
            FlowState before = flow;
            int scope = OpenScope();
            int firstVariable = declared.Count;
            Pattern pattern = BindArmPattern(arm.Pattern, type);
            if (type != value.Type)
                pattern = OfNonNull(pattern);
            patterns.Add(pattern);
            LocalSymbol[] variables = [.. declared[firstVariable..]];
            LearnFromPattern(value, pattern);
            (BoundExpression? guard, FlowState skipped) = BindGuard(arm.Guard, before);
            BoundBranch body = BindBranch(arm.Body, wantsValue, expected);
            CloseScope(scope);
            arms[i] = new BoundArm([.. variables], guard, body);
            after = after.Join(flow);
            flow = skipped;
            if (guard is null && CoversNull(pattern))
                type = type.NonNull;
        }

        flow = after;
        return arms;
    }

    private (BoundExpression? Guard, FlowState Skipped) BindGuard(ExpressionSyntax? syntax, FlowState before)
    {
        if (syntax is null)
            return (null, before);
        (BoundExpression guard, FlowState whenTrue, FlowState whenFalse) = BindCondition(syntax);
        flow = whenTrue;
        return (guard, before.Join(whenFalse));
    }

    private static bool CoversNull(Pattern pattern) => pattern is ConstructorPattern { Constructor: NullConstructor };

    /// <summary>A pattern for what null has been taken from by an arm before.</summary>
    private static Pattern OfNonNull(Pattern pattern) => pattern is OrPattern or
        ? new OrPattern([.. or.Alternatives.Select(OfNonNull)])
        : new ConstructorPattern(new NonNullConstructor(), [pattern]);

    /// <summary>What a pattern says about the variable that is matched.</summary>
    private void LearnFromPattern(BoundExpression value, Pattern pattern)
    {
        if (Trackable(value) is not { } variable)
            return;
        TarnType? known = pattern switch
        {
            ConstructorPattern { Constructor: TypeConstructor test } => test.Type,
            ConstructorPattern { Constructor: NonNullConstructor, Parts: [ConstructorPattern { Constructor: TypeConstructor test }] } => test.Type,
            ConstructorPattern { Constructor: NonNullConstructor } => value.Type.NonNull,
            OrPattern either when either.Alternatives.All(a => a is ConstructorPattern { Constructor: NonNullConstructor }) => value.Type.NonNull,
            _ => null,
        };
        if (known is not null && known != value.Type && !known.IsError)
            flow = flow.Narrow(variable, known);
    }

    /// <summary>The decision tree; null when the patterns are refused.</summary>
    private Decision? Decide(MatchSyntax syntax, Occurrence root, List<Pattern> patterns)
    {
        bool[] isGuarded = [.. syntax.Arms.Select(a => a.Guard is not null)];
        DecisionTreeCompiler.Result result = DecisionTreeCompiler.Compile(root, patterns, isGuarded);
        var keyword = new Span(syntax.Span.Start, syntax.Span.Start + "match".Length);
        if (result.Tree is null)
            Report(keyword, DiagnosticCatalog.MatchTooComplex);
        else if (result.Missing.Count > 0)
            Report(keyword, DiagnosticCatalog.MatchNotExhaustive, string.Join(", ", result.Missing));
        foreach ((int arm, int alternative) in result.Unreached)
            Report(AlternativeSpan(syntax.Arms[arm].Pattern, alternative), DiagnosticCatalog.UnreachablePattern);
        return result.Missing.Count > 0 ? null : result.Tree;
    }

    private static Span AlternativeSpan(PatternSyntax pattern, int alternative) =>
        pattern is AlternativesSyntax several && several.Patterns.All(p => p is not AlternativesSyntax) ? several.Patterns[alternative].Span : pattern.Span;

    /// <summary>The type of a match's value, to which its arms are converted.</summary>
    private TarnType? JoinArms(BoundArm[] arms, Span span, TarnType? expected)
    {
        BoundExpression[] values = [.. arms.Select(a => a.Body.Value).OfType<BoundExpression>()];
        TarnType? type = values.Length == 0 ? BuiltInType.Never : FitsAll(values, expected) ? expected : JoinAll(values, span);
        for (int i = 0; i < arms.Length && type is not null; i++)
            arms[i] = arms[i] with { Body = ConvertBranch(arms[i].Body, type) };
        return type;
    }
}
