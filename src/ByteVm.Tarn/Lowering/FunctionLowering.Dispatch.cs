using System.Text;
using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// From a number or text to one of many places. Numbers: a table where they are dense, else a binary search. Texts: the length, then the byte that tells most
/// of them apart, until one is left, which is compared as a whole.
/// </summary>
internal sealed partial class FunctionLowering
{
    /// <summary>Fewer are compared one after the other.</summary>
    private const int MinimumTableRanges = 4;

    /// <summary>Entries that a table may always have; larger ones must be a quarter full.</summary>
    private const int SmallTable = 128;

    private const int MaximumTable = 4096;

    /// <summary>What leads to a label. Ranges are in ascending order and do not overlap.</summary>
    private readonly record struct LabelledRange(long From, long To, Label Target)
    {
        public bool IsSingle => From == To;
    }

    private void EmitDispatch(Register value, List<LabelledRange> ranges, Label otherwise)
    {
        int mark = temporaries.Count;
        if (IsDense(value, ranges))
            EmitTable(value, ranges, otherwise);
        else if (ranges.Count < MinimumTableRanges && ranges.All(r => r.IsSingle || r.Target == otherwise))
            EmitComparisons(value, ranges, otherwise);
        else
            EmitSearch(value, Pieces(builder.TypeOf(value), ranges, otherwise));
        ReleaseTo(mark);
    }

    private bool IsDense(Register value, List<LabelledRange> ranges)
    {
        if (builder.TypeOf(value) != TypeRef.I32 || ranges.Count < MinimumTableRanges)
            return false;
        long size = ranges[^1].To - ranges[0].From + 1;
        return size <= SmallTable || (size <= MaximumTable && size <= 4 * ranges.Count);
    }

    private void EmitTable(Register value, List<LabelledRange> ranges, Label otherwise)
    {
        int first = (int)ranges[0].From;
        var table = new Label[ranges[^1].To - first + 2];
        Array.Fill(table, otherwise);
        foreach (LabelledRange range in ranges)
            Array.Fill(table, range.Target, (int)(range.From - first), (int)(range.To - range.From + 1));
        Register index = value;
        if (first != 0)
        {
            index = Temporary(TypeRef.I32);
            builder.SubI32(index, value, Constant(first));
        }

        builder.Switch(index, table);
        isDead = true;
    }

    private void EmitComparisons(Register value, List<LabelledRange> ranges, Label otherwise)
    {
        foreach (LabelledRange range in ranges)
        {
            if (range.Target != otherwise)
                EmitBranch(BinaryOperator.Equal, value, NumberLike(value, range.From), range.Target);
        }

        Jump(otherwise);
    }

    private Register NumberLike(Register value, long number)
    {
        Register register = Temporary(builder.TypeOf(value));
        EmitInteger(register, number);
        return register;
    }

    /// <summary>The ranges and the gaps between them, each from where it begins; the first one has no beginning.</summary>
    private static List<(long From, Label Target)> Pieces(TypeRef type, List<LabelledRange> ranges, Label otherwise)
    {
        var pieces = new List<(long From, Label Target)>();
        void Add(long from, Label target)
        {
            if (pieces.Count == 0 || pieces[^1].Target != target)
                pieces.Add((from, target));
        }

        (long next, long last) = type == TypeRef.I32 ? (int.MinValue, int.MaxValue) : (long.MinValue, long.MaxValue);
        foreach (LabelledRange range in ranges)
        {
            if (range.From > next)
                Add(next, otherwise);
            Add(range.From, range.Target);
            next = range.To == last ? last : range.To + 1;
        }

        if (ranges[^1].To != last)
            Add(next, otherwise);
        return pieces;
    }

    private void EmitSearch(Register value, List<(long From, Label Target)> pieces)
    {
        if (pieces.Count == 1)
        {
            Jump(pieces[0].Target);
            return;
        }

        int middle = pieces.Count / 2;
        int mark = temporaries.Count;
        Label below = builder.NewLabel();
        EmitBranch(BinaryOperator.Less, value, NumberLike(value, pieces[middle].From), below);
        ReleaseTo(mark);
        EmitSearch(value, pieces[middle..]);
        Mark(below);
        EmitSearch(value, pieces[..middle]);
    }

    /// <summary>A text in UTF-8 and where it leads.</summary>
    private readonly record struct LabelledText(byte[] Text, Label Target);

    private void LowerStringTest(MatchContext context, Test test, Register value)
    {
        var texts = new List<LabelledText>();
        var targets = new List<(Label, Decision)>();
        foreach (Branch branch in test.Branches)
        {
            Label label = builder.NewLabel();
            texts.Add(new LabelledText(Encoding.UTF8.GetBytes(((StringConstructor)branch.Constructor).Value), label));
            targets.Add((label, branch.Next));
        }

        Label otherwise = builder.NewLabel();
        targets.Add((otherwise, test.Otherwise!));
        int mark = temporaries.Count;
        if (texts.Count == 1)
        {
            EmitTextComparison(value, texts[0], otherwise);
        }
        else
        {
            Register length = Temporary(TypeRef.I32);
            builder.StringLength(length, value);
            EmitGroups(value, length, texts, t => t.Text.Length, otherwise);
        }

        ReleaseTo(mark);
        LowerTargets(context, targets);
    }

    /// <summary>Goes on with the texts whose property is the value of a register.</summary>
    private void EmitGroups(Register text, Register property, List<LabelledText> texts, Func<LabelledText, int> propertyOf, Label otherwise)
    {
        (int Value, List<LabelledText> Texts, Label Label)[] groups =
            [.. texts.GroupBy(propertyOf).OrderBy(g => g.Key).Select(g => (g.Key, g.ToList(), builder.NewLabel()))];
        EmitDispatch(property, [.. groups.Select(g => new LabelledRange(g.Value, g.Value, g.Label))], otherwise);
        foreach ((_, List<LabelledText> group, Label label) in groups)
        {
            Mark(label);
            EmitTextsOfOneLength(text, group, otherwise);
        }
    }

    private void EmitTextsOfOneLength(Register text, List<LabelledText> texts, Label otherwise)
    {
        if (texts.Count == 1)
        {
            EmitTextComparison(text, texts[0], otherwise);
            return;
        }

        int position = Enumerable.Range(0, texts[0].Text.Length).MaxBy(i => texts.Select(t => t.Text[i]).Distinct().Count());
        int mark = temporaries.Count;
        Register letter = Temporary(TypeRef.I32);
        builder.StringByte(letter, text, Constant(position));
        EmitGroups(text, letter, texts, t => t.Text[position], otherwise);
        ReleaseTo(mark);
    }

    private void EmitTextComparison(Register text, LabelledText wanted, Label otherwise)
    {
        int mark = temporaries.Count;
        Register literal = Temporary(TypeRef.String);
        builder.ConstString(literal, Encoding.UTF8.GetString(wanted.Text));
        Register isEqual = Temporary(TypeRef.I32);
        builder.StringEqual(isEqual, text, literal);
        builder.BrFalse(isEqual, otherwise);
        Jump(wanted.Target);
        ReleaseTo(mark);
    }
}
