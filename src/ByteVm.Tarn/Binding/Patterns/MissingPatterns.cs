namespace ByteVm.Tarn.Binding;

/// <summary>Follows the tests on the way to where no arm matches, and writes down as patterns which values come there.</summary>
internal sealed class MissingPatterns(Occurrence root)
{
    /// <summary>More examples than this help nobody.</summary>
    private const int MaximumCount = 5;

    private readonly List<(Occurrence Part, IReadOnlyList<Constructor>? Possible)> way = [];
    private readonly List<string> found = [];

    public IReadOnlyList<string> Found => found;

    public void Enter(Occurrence part, Constructor constructor) => way.Add((part, [constructor]));

    /// <param name="others">What the part may be made by; null when that is no short list.</param>
    public void EnterOthers(Occurrence part, IReadOnlyList<Constructor>? others) => way.Add((part, others));

    public void Leave() => way.RemoveAt(way.Count - 1);

    /// <summary>This is where no arm matches.</summary>
    public void Add()
    {
        foreach (string pattern in Texts(root))
        {
            if (found.Count >= MaximumCount)
                return;
            if (!found.Contains(pattern))
                found.Add(pattern);
        }
    }

    private IEnumerable<string> Texts(Occurrence part)
    {
        // The last test of a part says most.
        int step = way.FindLastIndex(s => s.Part == part);
        if (step < 0 || way[step].Possible is not { } possible)
            return ["_"];
        return possible.Take(MaximumCount).SelectMany(c => Texts(part, c));
    }

    private IEnumerable<string> Texts(Occurrence part, Constructor constructor) => constructor switch
    {
        NullConstructor => ["null"],
        NonNullConstructor => Texts(part.NonNull()),
        CaseConstructor @case => WithParts(@case.Case.Symbol.Name, @case.PartsOf(part)),
        ProductConstructor product => WithParts("", product.PartsOf(part)),
        IntegerConstructor range => [RangeText(part.Type, range)],
        StringConstructor text => [$"\"{text.Value}\""],
        TypeConstructor type => [$"is {type.Type}"],
        _ => ["_"],
    };

    /// <summary>A case with texts for its parts; several for one part each give a pattern of their own.</summary>
    private IEnumerable<string> WithParts(string name, IReadOnlyList<Occurrence> parts)
    {
        if (parts.Count == 0)
            return [name];
        IEnumerable<string> texts = [""];
        foreach (Occurrence part in parts)
        {
            string[] inner = [.. Texts(part).Take(MaximumCount)];
            texts = texts.SelectMany(before => inner.Select(text => before.Length == 0 ? text : $"{before}, {text}"));
        }

        return texts.Take(MaximumCount).Select(t => $"{name}({t})");
    }

    private static string RangeText(TarnType type, IntegerConstructor range)
    {
        if (type == BuiltInType.Bool)
            return range.From == 0 ? "false" : "true";
        return range.From == range.To ? Text(type, range.From) : "_";
    }

    private static string Text(TarnType type, long value) => type == BuiltInType.Char && value >= ' ' ? $"'{char.ConvertFromUtf32((int)value)}'" : $"{value}";
}
