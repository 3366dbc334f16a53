using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// What holds at one point of a function: whether control comes here, which variables have a narrower type than declared, which are not
/// assigned on every way here (<see cref="IsUnassigned"/>) and which lets are already assigned on some way (<see cref="MayBeAssigned"/>).
/// Immutable; the binder walks statements in order and joins states where ways meet. Only variables declared without a value are
/// tracked for assignment, so the lists are nearly always empty.
/// </summary>
internal sealed class FlowState
{
    public static readonly FlowState Start = new(true, [], [], []);

    private static readonly FlowState unreachable = new(false, [], [], []);

    private readonly ImmutableArray<(Symbol Variable, TarnType Type)> narrowed;
    private readonly ImmutableArray<Symbol> unassigned;
    private readonly ImmutableArray<Symbol> maybeAssigned;

    private FlowState(
        bool isReachable, ImmutableArray<(Symbol Variable, TarnType Type)> narrowed, ImmutableArray<Symbol> unassigned, ImmutableArray<Symbol> maybeAssigned)
    {
        IsReachable = isReachable;
        this.narrowed = narrowed;
        this.unassigned = unassigned;
        this.maybeAssigned = maybeAssigned;
    }

    public static FlowState Unreachable => unreachable;

    public bool IsReachable { get; }

    public TarnType TypeOf(LocalSymbol local) => Narrowed(local) ?? local.Type;

    /// <summary>The narrower type a variable is known to have here; null when nothing is known.</summary>
    public TarnType? Narrowed(Symbol variable)
    {
        foreach ((Symbol candidate, TarnType type) in narrowed)
        {
            if (candidate == variable)
                return type;
        }

        return null;
    }

    public bool IsUnassigned(Symbol variable) => unassigned.Contains(variable);

    public bool MayBeAssigned(Symbol variable) => IsReachable && (maybeAssigned.Contains(variable) || !unassigned.Contains(variable));

    public FlowState Narrow(Symbol variable, TarnType type)
    {
        if (!IsReachable)
            return this;
        FlowState other = Forget(variable);
        return new FlowState(true, other.narrowed.Add((variable, type)), unassigned, maybeAssigned);
    }

    public FlowState Forget(Symbol variable)
    {
        for (int i = 0; i < narrowed.Length; i++)
        {
            if (narrowed[i].Variable == variable)
                return new FlowState(IsReachable, narrowed.RemoveAt(i), unassigned, maybeAssigned);
        }

        return this;
    }

    public FlowState DeclareUnassigned(Symbol variable) => IsReachable ? new FlowState(true, narrowed, unassigned.Add(variable), maybeAssigned) : this;

    public FlowState Assign(Symbol variable)
    {
        if (!IsReachable || (unassigned.IsEmpty && maybeAssigned.IsEmpty))
            return this;
        return new FlowState(true, narrowed, unassigned.Remove(variable), maybeAssigned.Remove(variable));
    }

    /// <summary>A loop's body may have assigned the variable before.</summary>
    public FlowState AssignPerhaps(Symbol variable) =>
        unassigned.Contains(variable) && !maybeAssigned.Contains(variable) ? new FlowState(IsReachable, narrowed, unassigned, maybeAssigned.Add(variable)) : this;

    /// <summary>Where two ways meet.</summary>
    public FlowState Join(FlowState other)
    {
        if (!IsReachable || this == other)
            return other;
        if (!other.IsReachable)
            return this;
        ImmutableArray<Symbol> missing = Union(unassigned, other.unassigned);
        return new FlowState(true, Common(narrowed, other.narrowed), missing, JoinMaybe(other, missing));
    }

    private ImmutableArray<Symbol> JoinMaybe(FlowState other, ImmutableArray<Symbol> missing)
    {
        ImmutableArray<Symbol> result = [];
        foreach (Symbol variable in missing)
        {
            if (MayBeAssigned(variable) || other.MayBeAssigned(variable))
                result = result.Add(variable);
        }

        return result;
    }

    private static ImmutableArray<Symbol> Union(ImmutableArray<Symbol> a, ImmutableArray<Symbol> b)
    {
        foreach (Symbol variable in b)
        {
            if (!a.Contains(variable))
                a = a.Add(variable);
        }

        return a;
    }

    private static ImmutableArray<(Symbol Variable, TarnType Type)> Common(
        ImmutableArray<(Symbol Variable, TarnType Type)> a, ImmutableArray<(Symbol Variable, TarnType Type)> b) =>
        a.IsEmpty || b.IsEmpty ? [] : a.RemoveAll(fact => !b.Contains(fact));
}
