using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Patterns to a decision tree, after Maranget, "Compiling Pattern Matching to Good Decision Trees" (ML 2008).
/// <para>The state is a matrix: a row for each alternative that may still match, in the order of the source, a column for each part that is still to be
/// looked at. If the first row asks nothing more, it is the answer. Otherwise a column that it asks about is tested: each constructor found there
/// leads to the matrix of the rows that it leaves (specialization), what is none of them to that of the rows which do not ask (default). So no part is
/// tested twice on one way. The column is chosen by Maranget's heuristics p and b: the one that most rows from the top ask about, of these the
/// one with the fewest constructors.</para>
/// <para>The tree says all about the patterns: where it fails, values are not covered, and a row that is no leaf is never reached. Equal matrices are compiled
/// once, which keeps trees of ordinary size; as both questions are NP-hard in general, there is a limit on the work, and a match beyond it is refused.</para>
/// </summary>
internal sealed class DecisionTreeCompiler
{
    /// <summary>Cells of matrices looked at. Some hundred times what a match of a thousand arms takes.</summary>
    private const int MaximumWork = 4_000_000;

    /// <summary>Tests on one way: everything after recurses over the tree.</summary>
    private const int MaximumDepth = 1000;

    private readonly Dictionary<string, Decision> known = new(StringComparer.Ordinal);
    private readonly Dictionary<object, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<(int, int)> reached = [];
    private readonly MissingPatterns missing;
    private readonly bool[] isGuarded;

    /// <summary>For each arm its leaf without variables: alternatives lead to the same.</summary>
    private readonly Leaf?[] plainLeaves;
    private int work;
    private int depth;

    private DecisionTreeCompiler(Occurrence root, bool[] isGuarded)
    {
        this.isGuarded = isGuarded;
        plainLeaves = new Leaf?[isGuarded.Length];
        missing = new MissingPatterns(root);
    }

    /// <summary>A pattern of an arm; an arm whose pattern has alternatives has several.</summary>
    private readonly record struct Row(int Arm, int Alternative, ImmutableArray<Pattern> Cells, ImmutableArray<PatternBinding> Bindings);

    /// <param name="Tree">How to decide; null when that would be too much work.</param>
    /// <param name="Missing">Values that no arm matches, as patterns.</param>
    /// <param name="Unreached">Arms, or alternatives of arms, that no value comes to.</param>
    public readonly record struct Result(Decision? Tree, IReadOnlyList<string> Missing, IReadOnlyList<(int Arm, int Alternative)> Unreached);

    public static Result Compile(Occurrence root, IReadOnlyList<Pattern> patterns, bool[] isGuarded)
    {
        var compiler = new DecisionTreeCompiler(root, isGuarded);
        Row[] rows = [.. patterns.SelectMany((pattern, arm) => Alternatives(pattern).Select((p, i) => new Row(arm, i, [p], [])))];
        try
        {
            Decision tree = compiler.Decide([root], rows);
            return new Result(tree, compiler.missing.Found, [.. rows.Select(r => (r.Arm, r.Alternative)).Where(r => !compiler.reached.Contains(r))]);
        }
        catch (TooComplexException)
        {
            return new Result(null, [], []);
        }
    }

    private sealed class TooComplexException : Exception;

    private static ImmutableArray<Pattern> Alternatives(Pattern pattern) => pattern is OrPattern or ? or.Alternatives : [pattern];

    private Decision Decide(ImmutableArray<Occurrence> parts, IReadOnlyList<Row> rows)
    {
        work += rows.Count * (parts.Length + 1) + 1;
        if (work > MaximumWork || depth > MaximumDepth)
            throw new TooComplexException();
        if (rows.Count == 0)
        {
            missing.Add();
            return new Fail();
        }

        string key = KeyOf(parts, rows);
        if (!known.TryGetValue(key, out Decision? decision))
        {
            depth++;
            int column = ChooseColumn(parts.Length, rows);
            decision = column < 0 ? Answer(parts, rows) : Split(parts, rows, column);
            depth--;
            known.Add(key, decision);
        }

        return decision;
    }

    private string KeyOf(ImmutableArray<Occurrence> parts, IReadOnlyList<Row> rows)
    {
        var key = new List<int>(parts.Length * (rows.Count + 1) + rows.Count);
        foreach (Occurrence part in parts)
            key.Add(NumberOf(part));
        foreach (Row row in rows)
        {
            key.Add(row.Arm);
            key.Add(row.Alternative);
            foreach (Pattern cell in row.Cells)
                key.Add(NumberOf(cell));
            foreach (PatternBinding binding in row.Bindings)
                key.Add(NumberOf(binding.Part));
        }

        return new string(MemoryMarshal.Cast<int, char>(CollectionsMarshal.AsSpan(key)));
    }

    private int NumberOf(object value)
    {
        if (!numbers.TryGetValue(value, out int number))
            numbers.Add(value, number = numbers.Count);
        return number;
    }

    /// <summary>The column to test; below 0 when the first row asks about none.</summary>
    private static int ChooseColumn(int columns, IReadOnlyList<Row> rows)
    {
        int best = -1;
        (int Needed, int Constructors) score = default;
        for (int column = 0; column < columns; column++)
        {
            if (rows[0].Cells[column] is AnyPattern)
                continue;
            int needed = rows.TakeWhile(r => r.Cells[column] is not AnyPattern).Count();
            int constructors = rows.SelectMany(r => Heads(r.Cells[column])).Distinct().Count();
            if (best >= 0 && (needed < score.Needed || (needed == score.Needed && constructors >= score.Constructors)))
                continue;
            best = column;
            score = (needed, constructors);
        }

        return best;
    }

    private static IEnumerable<Constructor> Heads(Pattern pattern)
    {
        foreach (Pattern alternative in Alternatives(pattern))
        {
            if (alternative is ConstructorPattern { Constructor: var constructor })
                yield return constructor;
        }
    }

    /// <summary>The first row matches whatever its parts are.</summary>
    private Decision Answer(ImmutableArray<Occurrence> parts, IReadOnlyList<Row> rows)
    {
        Row first = rows[0];
        reached.Add((first.Arm, first.Alternative));
        ImmutableArray<PatternBinding> bindings = first.Bindings;
        for (int i = 0; i < parts.Length; i++)
            bindings = Bind(bindings, first.Cells[i], parts[i]);
        if (!isGuarded[first.Arm])
            return bindings.IsEmpty ? plainLeaves[first.Arm] ??= new Leaf(first.Arm, []) : new Leaf(first.Arm, bindings);
        return new GuardedLeaf(first.Arm, bindings, Decide(parts, [.. rows.Skip(1)]));
    }

    private static ImmutableArray<PatternBinding> Bind(ImmutableArray<PatternBinding> bindings, Pattern cell, Occurrence part) =>
        cell is AnyPattern { Variable: { } variable } ? bindings.Add(new PatternBinding(variable, part)) : bindings;

    private Decision Split(ImmutableArray<Occurrence> parts, IReadOnlyList<Row> rows, int column)
    {
        Constructor? first = rows.SelectMany(r => Heads(r.Cells[column])).FirstOrDefault();
        return first switch
        {
            null => Decide(parts, [.. rows.SelectMany(r => Expand(r, column))]),
            ProductConstructor => Decide(Replace(parts, column, first), Specialize(rows, column, parts[column], first)),
            TypeConstructor type => SplitByType(parts, rows, column, type),
            IntegerConstructor => SplitByConstructor(parts, rows, column, new IntegerSignature(parts[column].Type, rows.SelectMany(r => Heads(r.Cells[column])))),
            _ => SplitByConstructor(parts, rows, column, new FiniteSignature(parts[column].Type, rows.SelectMany(r => Heads(r.Cells[column])))),
        };
    }

    /// <summary>A row with alternatives in a column as one row for each.</summary>
    private static IEnumerable<Row> Expand(Row row, int column) =>
        Alternatives(row.Cells[column]).Select(a => row with { Cells = row.Cells.SetItem(column, a) });

    private static ImmutableArray<Occurrence> Replace(ImmutableArray<Occurrence> parts, int column, Constructor constructor) =>
        parts.RemoveAt(column).InsertRange(column, constructor.PartsOf(parts[column]));

    private Decision SplitByConstructor(ImmutableArray<Occurrence> parts, IReadOnlyList<Row> rows, int column, Signature signature)
    {
        Occurrence part = parts[column];
        var matrices = new List<Row>[signature.Constructors.Count];
        for (int i = 0; i < matrices.Length; i++)
            matrices[i] = [];
        var others = new List<Row>();
        foreach (Row row in rows)
        {
            foreach (Pattern cell in Alternatives(row.Cells[column]))
                Distribute(row, cell, column, part, signature, matrices, others);
        }

        var branches = ImmutableArray.CreateBuilder<Branch>();
        for (int i = 0; i < matrices.Length; i++)
        {
            Constructor constructor = signature.Constructors[i];
            missing.Enter(part, constructor);
            AddBranch(branches, constructor, Decide(Replace(parts, column, constructor), matrices[i]));
            missing.Leave();
        }

        if (signature.IsComplete)
            return new Test(part, branches.ToImmutable(), null);
        missing.EnterOthers(part, signature.Others);
        Decision otherwise = Decide(parts.RemoveAt(column), others);
        missing.Leave();
        return new Test(part, branches.ToImmutable(), otherwise);
    }

    // Neighbouring numbers that lead to the same place are one range.
    private static void AddBranch(ImmutableArray<Branch>.Builder branches, Constructor constructor, Decision next)
    {
        if (constructor is IntegerConstructor now && branches.Count > 0 && ReferenceEquals(branches[^1].Next, next)
            && branches[^1].Constructor is IntegerConstructor before && before.To + 1 == now.From)
            branches[^1] = new Branch(new IntegerConstructor(before.From, now.To), next);
        else
            branches.Add(new Branch(constructor, next));
    }

    private static void Distribute(Row row, Pattern cell, int column, Occurrence part, Signature signature, List<Row>[] matrices, List<Row> others)
    {
        if (cell is not ConstructorPattern pattern)
        {
            Row bound = row with { Bindings = Bind(row.Bindings, cell, part) };
            for (int i = 0; i < matrices.Length; i++)
                matrices[i].Add(WithParts(bound, column, Wild(signature.Constructors[i].PartsOf(part).Length)));
            others.Add(WithParts(bound, column, []));
            return;
        }

        (int from, int to) = signature.Find(pattern.Constructor);
        for (int i = from; i < to; i++)
            matrices[i].Add(WithParts(row, column, pattern.Parts));
    }

    private static Row WithParts(Row row, int column, ImmutableArray<Pattern> cells) => row with { Cells = row.Cells.RemoveAt(column).InsertRange(column, cells) };

    private static ImmutableArray<Pattern> Wild(int count) => [.. Enumerable.Repeat<Pattern>(AnyPattern.Wild, count)];

    private static List<Row> Specialize(IReadOnlyList<Row> rows, int column, Occurrence part, Constructor constructor)
    {
        int count = constructor.PartsOf(part).Length;
        var specialized = new List<Row>(rows.Count);
        foreach (Row row in rows.SelectMany(r => Expand(r, column)))
        {
            specialized.Add(row.Cells[column] is ConstructorPattern pattern
                ? WithParts(row, column, pattern.Parts)
                : WithParts(row with { Bindings = Bind(row.Bindings, row.Cells[column], part) }, column, Wild(count)));
        }

        return specialized;
    }

    /// <summary>
    /// Types overlap, so the question is only: is it one of the first type asked for? If so, the column stays beside the narrowed part for the rows that ask for
    /// types which that does not decide.
    /// </summary>
    private Decision SplitByType(ImmutableArray<Occurrence> parts, IReadOnlyList<Row> rows, int column, TypeConstructor tested)
    {
        Occurrence part = parts[column];
        Row[] expanded = [.. rows.SelectMany(r => Expand(r, column))];
        ImmutableArray<Occurrence> inside = parts.Insert(column, part.Narrowed(tested.Type));
        List<Row> when = [.. expanded.Select(r => WhenOfType(r, column, tested.Type)).OfType<Row>()];
        if (TypeRelations.IsSubtype(part.Type, tested.Type))
            return Decide(inside, when);
        missing.Enter(part, tested);
        Decision yes = Decide(inside, when);
        missing.Leave();
        missing.EnterOthers(part, null);
        Decision no = Decide(parts, [.. expanded.Where(r => !IsDecidedBy(r.Cells[column], tested.Type))]);
        missing.Leave();
        return new Test(part, [new Branch(tested, yes)], no);
    }

    private static bool IsDecidedBy(Pattern cell, TarnType tested) =>
        cell is ConstructorPattern { Constructor: TypeConstructor { Type: var type } } && TypeRelations.IsSubtype(type, tested);

    private static Row? WhenOfType(Row row, int column, TarnType tested)
    {
        if (row.Cells[column] is not ConstructorPattern { Constructor: TypeConstructor { Type: var type } } pattern)
            return row with { Cells = row.Cells.Insert(column, AnyPattern.Wild) };
        if (TypeRelations.IsSubtype(tested, type))
            return row with { Cells = row.Cells.SetItem(column, AnyPattern.Wild).Insert(column, pattern.Parts[0]) };
        return TypeRelations.MayBe(tested, type) ? row with { Cells = row.Cells.Insert(column, AnyPattern.Wild) } : null;
    }
}
