using System.Collections.Immutable;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// Match. The body of an arm stands at its leaf of the decision tree, or after all tests when several leaves lead to it. A part of the value is read when a
/// test or variable first needs it on the way; a decision that several ways lead to begins with the value alone.
/// </summary>
internal sealed partial class FunctionLowering
{
    /// <summary>One match being lowered.</summary>
    /// <param name="Target">Where the value of its arms goes; null when they have none.</param>
    private sealed record MatchContext(BoundMatch Match, Register? Target, Label End)
    {
        /// <summary>Arms that several leaves lead to.</summary>
        public Dictionary<int, Label> Bodies { get; } = [];

        /// <summary>Decisions that several ways lead to.</summary>
        public Dictionary<Decision, Label> Shared { get; } = new(ReferenceEqualityComparer.Instance);

        public Queue<Decision> Pending { get; } = new();

        public HashSet<Decision> Queued { get; } = new(ReferenceEqualityComparer.Instance);

        /// <summary>Parts whose value is in a register on the way here, in the order in which they were read.</summary>
        public List<Occurrence> Loaded { get; } = [];
    }

    private void LowerMatch(BoundMatch match, Register? target)
    {
        var context = new MatchContext(match, target, builder.NewLabel());
        int mark = temporaries.Count;
        Register value = Temporary(match.Value.Type);
        LowerInto(match.Value, value, isFresh: true);
        placeholders[match.Root.Value] = value;
        context.Loaded.Add(match.Root);
        Position(match.Span);
        FindShared(context);
        LowerDecision(context, match.Decision);
        while (context.Pending.TryDequeue(out Decision? shared))
        {
            context.Loaded.RemoveRange(1, context.Loaded.Count - 1);
            LowerBranch(context, context.Shared[shared], shared, isFirst: true);
        }

        foreach ((int arm, Label label) in context.Bodies)
        {
            Mark(label);
            LowerArmBody(context, match.Arms[arm]);
        }

        ReleaseTo(mark);
        Mark(context.End);
    }

    /// <summary>Finds what is reached more than once. The variables of such arms get registers that every way sets.</summary>
    private void FindShared(MatchContext context)
    {
        var seen = new HashSet<Decision>(ReferenceEqualityComparer.Instance);
        var arms = new HashSet<int>();
        var pending = new Stack<Decision>([context.Match.Decision]);
        while (pending.TryPop(out Decision? decision))
        {
            bool isNew = seen.Add(decision);
            if (!isNew && decision is not Leaf)
                context.Shared.TryAdd(decision, builder.NewLabel());
            if (ArmOf(decision) is { } arm && (!isNew || !arms.Add(arm)))
                ShareArm(context, arm);
            foreach (Decision next in isNew ? NextOf(decision) : [])
                pending.Push(next);
        }
    }

    private static int? ArmOf(Decision decision) => decision switch
    {
        Leaf leaf => leaf.Arm,
        GuardedLeaf leaf => leaf.Arm,
        _ => null,
    };

    private static IEnumerable<Decision> NextOf(Decision decision) => decision switch
    {
        Test test => test.Otherwise is null ? test.Branches.Select(b => b.Next) : test.Branches.Select(b => b.Next).Append(test.Otherwise),
        GuardedLeaf leaf => [leaf.Otherwise],
        _ => [],
    };

    private void ShareArm(MatchContext context, int arm)
    {
        if (!context.Bodies.TryAdd(arm, builder.NewLabel()))
            return;
        foreach (LocalSymbol variable in context.Match.Arms[arm].Variables)
        {
            Register register = NewRegister(Types.Register(variable.Type));
            locals[variable] = register;
            builder.NameLocal(register, variable.Name, builder.Position, builder.Position);
        }
    }

    private void LowerDecision(MatchContext context, Decision decision)
    {
        if (context.Shared.TryGetValue(decision, out Label label))
        {
            if (context.Queued.Add(decision))
                context.Pending.Enqueue(decision);
            Jump(label);
            return;
        }

        LowerFirst(context, decision);
    }

    private void LowerFirst(MatchContext context, Decision decision)
    {
        switch (decision)
        {
            case Leaf leaf:
                Bind(context, leaf.Arm, leaf.Bindings);
                LowerArm(context, leaf.Arm);
                break;
            case GuardedLeaf leaf:
                LowerGuardedLeaf(context, leaf);
                break;
            case Test test:
                LowerTest(context, test);
                break;
        }
    }

    /// <summary>What a label leads to. What it reads is known there only.</summary>
    private void LowerBranch(MatchContext context, Label label, Decision decision, bool isFirst = false)
    {
        int loaded = context.Loaded.Count;
        int mark = temporaries.Count;
        Mark(label);
        if (isFirst)
            LowerFirst(context, decision);
        else
            LowerDecision(context, decision);
        ReleaseTo(mark);
        context.Loaded.RemoveRange(loaded, context.Loaded.Count - loaded);
    }

    private void LowerGuardedLeaf(MatchContext context, GuardedLeaf leaf)
    {
        Label no = builder.NewLabel();
        int loaded = context.Loaded.Count;
        Bind(context, leaf.Arm, leaf.Bindings);
        LowerCondition(context.Match.Arms[leaf.Arm].Guard!, no, whenTrue: false);
        LowerArm(context, leaf.Arm);
        context.Loaded.RemoveRange(loaded, context.Loaded.Count - loaded);
        LowerBranch(context, no, leaf.Otherwise);
    }

    private void Bind(MatchContext context, int arm, ImmutableArray<PatternBinding> bindings)
    {
        bool isShared = context.Bodies.ContainsKey(arm);
        foreach (PatternBinding binding in bindings)
        {
            Register part = Load(context, binding.Part);
            if (isShared)
                MoveInto(locals[binding.Variable], part);
            else
                locals[binding.Variable] = part;
        }
    }

    private void LowerArm(MatchContext context, int arm)
    {
        if (context.Bodies.TryGetValue(arm, out Label label))
            Jump(label);
        else
            LowerArmBody(context, context.Match.Arms[arm]);
    }

    private void LowerArmBody(MatchContext context, BoundArm arm)
    {
        LowerStatements(arm.Body.Statements);
        if (arm.Body.Value is not null && !isDead)
            LowerInto(arm.Body.Value, context.Target!.Value, isFresh: false);
        Jump(context.End);
    }

    private Register Load(MatchContext context, Occurrence part)
    {
        if (context.Loaded.Contains(part))
            return placeholders[part.Value];
        Register outer = Load(context, part.Outer!);
        Register register = outer;
        if (part.Access is not BoundConversion { Operand: var operand } conversion || !IsSameRegister(operand.Type, conversion.Type))
        {
            register = Temporary(part.Type);
            LowerInto(part.Access!, register, isFresh: true);
        }

        placeholders[part.Value] = register;
        context.Loaded.Add(part);
        return register;
    }

    private void LowerTest(MatchContext context, Test test)
    {
        Register value = Load(context, test.Part);
        switch (test.Branches[0].Constructor)
        {
            case CaseConstructor:
                LowerCaseTest(context, test, value);
                break;
            case IntegerConstructor:
                LowerIntegerTest(context, test, value);
                break;
            case StringConstructor:
                LowerStringTest(context, test, value);
                break;
            case TypeConstructor type:
                LowerEitherOr(context, new BoundTypeTest(test.Part.Value.Span, test.Part.Value, type.Type), test.Branches[0].Next, test.Otherwise!);
                break;
            default:
                LowerNullTest(context, test);
                break;
        }
    }

    private void LowerNullTest(MatchContext context, Test test)
    {
        BoundPlaceholder value = test.Part.Value;
        var isNull = new BoundBinary(value.Span, BuiltInType.Bool, BinaryOperator.Equal, value, new BoundNull(value.Span, value.Type));
        bool isNullFirst = test.Branches[0].Constructor is NullConstructor;
        Decision first = test.Branches[0].Next;
        Decision second = test.Branches.Length > 1 ? test.Branches[1].Next : test.Otherwise!;
        LowerEitherOr(context, isNull, isNullFirst ? first : second, isNullFirst ? second : first);
    }

    private void LowerEitherOr(MatchContext context, BoundExpression condition, Decision whenTrue, Decision whenFalse)
    {
        Label yes = builder.NewLabel();
        Label no = builder.NewLabel();
        LowerCondition(condition, no, whenTrue: false);
        LowerBranch(context, yes, whenTrue);
        LowerBranch(context, no, whenFalse);
    }

    private void LowerCaseTest(MatchContext context, Test test, Register value)
    {
        var @enum = (ClassType)test.Part.Type;
        int mark = temporaries.Count;
        Register tag = Temporary(TypeRef.I32);
        builder.LoadField(tag, value, program.FieldOf(@enum.Symbol.TagField, @enum));
        var ranges = new List<LabelledRange>();
        var targets = new List<(Label, Decision)>();
        foreach (Branch branch in test.Branches)
        {
            int number = ((CaseConstructor)branch.Constructor).Case.Symbol.Tag;
            Label label = builder.NewLabel();
            ranges.Add(new LabelledRange(number, number, label));
            targets.Add((label, branch.Next));
        }

        ranges.Sort((a, b) => a.From.CompareTo(b.From));
        EmitDispatch(tag, ranges, OtherwiseLabel(test, ranges, targets));
        ReleaseTo(mark);
        LowerTargets(context, targets);
    }

    private void LowerIntegerTest(MatchContext context, Test test, Register value)
    {
        var ranges = new List<LabelledRange>();
        var targets = new List<(Label, Decision)>();
        foreach (Branch branch in test.Branches)
        {
            (long from, long to) = (IntegerConstructor)branch.Constructor;
            Label label = builder.NewLabel();
            ranges.Add(new LabelledRange(from, to, label));
            targets.Add((label, branch.Next));
        }

        EmitDispatch(value, ranges, OtherwiseLabel(test, ranges, targets));
        LowerTargets(context, targets);
    }

    /// <summary>Where what is in no range goes: a target of its own, or when there is no such value, wherever the last range does.</summary>
    private Label OtherwiseLabel(Test test, List<LabelledRange> ranges, List<(Label, Decision)> targets)
    {
        if (test.Otherwise is null)
            return ranges[^1].Target;
        Label label = builder.NewLabel();
        targets.Add((label, test.Otherwise));
        return label;
    }

    private void LowerTargets(MatchContext context, List<(Label, Decision)> targets)
    {
        foreach ((Label label, Decision next) in targets)
            LowerBranch(context, label, next);
    }
}
