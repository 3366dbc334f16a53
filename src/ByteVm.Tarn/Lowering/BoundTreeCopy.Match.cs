using System.Collections.Immutable;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>Match: its decisions are a graph, whose copy has the same shape.</summary>
internal sealed partial class BoundTreeCopy
{
    private readonly Dictionary<Decision, Decision> decisions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Occurrence, Occurrence> occurrences = new(ReferenceEqualityComparer.Instance);

    private BoundMatch CopyMatch(BoundMatch match) => match with
    {
        Type = Copy(match.Type),
        Value = Copy(match.Value),
        Root = Copy(match.Root),
        Arms = [.. match.Arms.Select(a => new BoundArm(Copy(a.Variables), CopyOptional(a.Guard), Copy(a.Body)))],
        Decision = Copy(match.Decision),
    };

    private Occurrence Copy(Occurrence part)
    {
        if (!occurrences.TryGetValue(part, out Occurrence? copy))
        {
            Occurrence? outer = part.Outer is null ? null : Copy(part.Outer);
            copy = part.Copy(Copy(part.Value), outer, CopyOptional(part.Access));
            occurrences.Add(part, copy);
        }

        return copy;
    }

    private Decision Copy(Decision decision)
    {
        if (!decisions.TryGetValue(decision, out Decision? copy))
            decisions.Add(decision, copy = CopyNew(decision));
        return copy;
    }

    private Decision CopyNew(Decision decision) => decision switch
    {
        Leaf leaf => leaf with { Bindings = Copy(leaf.Bindings) },
        GuardedLeaf leaf => leaf with { Bindings = Copy(leaf.Bindings), Otherwise = Copy(leaf.Otherwise) },
        Test test => new Test(
            Copy(test.Part), [.. test.Branches.Select(b => new Branch(Copy(b.Constructor), Copy(b.Next)))], test.Otherwise is null ? null : Copy(test.Otherwise)),
        _ => decision,
    };

    private ImmutableArray<PatternBinding> Copy(ImmutableArray<PatternBinding> bindings) => [.. bindings.Select(b => new PatternBinding(Copy(b.Variable), Copy(b.Part)))];

    private Constructor Copy(Constructor constructor) => constructor switch
    {
        TypeConstructor type => new TypeConstructor(Copy(type.Type)),
        CaseConstructor @case => new CaseConstructor(Copy(@case.Case)),
        _ => constructor,
    };
}
