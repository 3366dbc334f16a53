namespace ByteVm.Tarn.Binding;

/// <summary>The constructors that a column of patterns tells apart, none of which makes what another makes.</summary>
internal abstract class Signature
{
    public abstract IReadOnlyList<Constructor> Constructors { get; }

    /// <summary>Whether every value is made by one of them.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>The ones that are lacking; null when they cannot be listed.</summary>
    public abstract IReadOnlyList<Constructor>? Others { get; }

    /// <summary>Which of <see cref="Constructors"/> a pattern's own is, as a range.</summary>
    public abstract (int From, int To) Find(Constructor constructor);
}

/// <summary>Cases of an enum, null and not null, strings.</summary>
internal sealed class FiniteSignature : Signature
{
    private readonly List<Constructor> constructors = [];
    private readonly Dictionary<Constructor, int> indices = [];

    public FiniteSignature(TarnType type, IEnumerable<Constructor> heads)
    {
        foreach (Constructor head in heads)
        {
            if (indices.TryAdd(head, constructors.Count))
                constructors.Add(head);
        }

        Others = AllOf(type)?.Where(c => !indices.ContainsKey(c)).ToArray();
    }

    public override IReadOnlyList<Constructor> Constructors => constructors;

    public override bool IsComplete => Others is { Count: 0 };

    public override IReadOnlyList<Constructor>? Others { get; }

    public override (int From, int To) Find(Constructor constructor) => (indices[constructor], indices[constructor] + 1);

    private static IEnumerable<Constructor>? AllOf(TarnType type)
    {
        if (type.IsNullable)
            return [new NullConstructor(), new NonNullConstructor()];
        if (type is ClassType { Symbol.IsEnum: true } @enum)
            return @enum.Symbol.Cases.Select(c => new CaseConstructor(c.Construct(@enum.Arguments)));
        return null;
    }
}

/// <summary>Ranges of whole numbers, cut where one of them begins or ends so that none overlap, in ascending order.</summary>
internal sealed class IntegerSignature : Signature
{
    private readonly List<IntegerConstructor> ranges = [];
    private readonly List<IntegerConstructor> gaps = [];

    public IntegerSignature(TarnType type, IEnumerable<Constructor> heads)
    {
        IntegerConstructor[] written = [.. heads.Cast<IntegerConstructor>().Distinct().OrderBy(h => h.From)];
        (Int128 next, Int128 last) = DomainOf(type);
        Int128 covered = next - 1;
        int begun = 0;
        foreach ((Int128 from, Int128 to) in Pieces(written, next, last))
        {
            while (begun < written.Length && written[begun].From <= from)
                covered = Int128.Max(covered, written[begun++].To);
            (covered >= to ? ranges : gaps).Add(new IntegerConstructor((long)from, (long)to));
        }

        if (type == BuiltInType.Char)
            gaps.Remove(Surrogates);
    }

    /// <summary>No char is one of these.</summary>
    private static readonly IntegerConstructor Surrogates = new(0xD800, 0xDFFF);

    public override IReadOnlyList<Constructor> Constructors => ranges;

    public override bool IsComplete => gaps.Count == 0;

    public override IReadOnlyList<Constructor>? Others => gaps;

    public override (int From, int To) Find(Constructor constructor)
    {
        (long from, long to) = (IntegerConstructor)constructor;
        int first = IndexOf(from);
        int end = first;
        while (end < ranges.Count && ranges[end].To <= to)
            end++;
        return (first, end);
    }

    private int IndexOf(long from)
    {
        int low = 0;
        int high = ranges.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ranges[middle].From < from)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The domain, cut at every bound.</summary>
    private static IEnumerable<(Int128 From, Int128 To)> Pieces(IntegerConstructor[] written, Int128 first, Int128 last)
    {
        var starts = new SortedSet<Int128> { first };
        foreach (IntegerConstructor range in written)
        {
            starts.Add(range.From);
            if (range.To < last)
                starts.Add((Int128)range.To + 1);
        }

        Int128 from = first;
        foreach (Int128 start in starts)
        {
            if (start > from)
                yield return (from, start - 1);
            from = start;
        }

        yield return (from, last);
    }

    private static (Int128 First, Int128 Last) DomainOf(TarnType type) => ((BuiltInType)type).Kind switch
    {
        BuiltIn.Bool => (0, 1),
        BuiltIn.Byte => (byte.MinValue, byte.MaxValue),
        BuiltIn.Short => (short.MinValue, short.MaxValue),
        BuiltIn.Char => (0, 0x10FFFF),
        BuiltIn.Int => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };
}
