using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// How the arm for a value is found: a tree of tests whose leaves are arms. Where two ways lead to the same question, they lead to the same
/// object, so it is a graph without cycles.
/// </summary>
internal abstract record Decision;

/// <summary>No arm matches: only in a match that was refused.</summary>
internal sealed record Fail : Decision;

/// <summary>A variable of a pattern and the part that it names.</summary>
internal readonly record struct PatternBinding(LocalSymbol Variable, Occurrence Part);

/// <summary>The arm's body.</summary>
internal sealed record Leaf(int Arm, ImmutableArray<PatternBinding> Bindings) : Decision;

/// <summary>The arm's body if its guard holds.</summary>
internal sealed record GuardedLeaf(int Arm, ImmutableArray<PatternBinding> Bindings, Decision Otherwise) : Decision;

/// <summary>What comes next if a constructor made the tested part.</summary>
internal readonly record struct Branch(Constructor Constructor, Decision Next);

/// <summary>Asks which constructor made a part. Integers are in ascending order. <see cref="Otherwise"/> is null when the branches cover everything.</summary>
internal sealed record Test(Occurrence Part, ImmutableArray<Branch> Branches, Decision? Otherwise) : Decision;

/// <summary>An arm: the variables of its pattern, what else must hold, and what it does.</summary>
internal sealed record BoundArm(ImmutableArray<LocalSymbol> Variables, BoundExpression? Guard, BoundBranch Body);
