using System.Text;

namespace ByteVm.Tarn.Binding;

/// <summary>Decision trees as text, for people and tests. What several ways lead to is written once and numbered.</summary>
internal sealed class DecisionText
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<Decision, int> ways = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Decision, int> numbers = new(ReferenceEqualityComparer.Instance);

    public static string Of(Decision decision)
    {
        var writer = new DecisionText();
        writer.Count(decision);
        writer.Write(decision, 0);
        return writer.text.ToString();
    }

    private void Count(Decision decision)
    {
        ways[decision] = ways.GetValueOrDefault(decision) + 1;
        if (ways[decision] > 1)
            return;
        if (decision is GuardedLeaf leaf)
            Count(leaf.Otherwise);
        if (decision is not Test test)
            return;
        foreach (Branch branch in test.Branches)
            Count(branch.Next);
        if (test.Otherwise is not null)
            Count(test.Otherwise);
    }

    private void Write(Decision decision, int depth)
    {
        bool isNew = true;
        if (ways[decision] > 1 && decision is not (Leaf or Fail))
        {
            isNew = numbers.TryAdd(decision, numbers.Count + 1);
            text.Append(isNew ? $"#{numbers[decision]} = " : $"#{numbers[decision]}");
        }

        if (isNew)
            WriteNew(decision, depth);
        else
            text.Append('\n');
    }

    private void WriteNew(Decision decision, int depth)
    {
        switch (decision)
        {
            case Leaf leaf:
                text.Append($"arm {leaf.Arm}{BindingsOf(leaf.Bindings)}\n");
                break;
            case GuardedLeaf leaf:
                text.Append($"arm {leaf.Arm}{BindingsOf(leaf.Bindings)} if its guard holds, else ");
                Write(leaf.Otherwise, depth);
                break;
            case Test test:
                WriteTest(test, depth);
                break;
            default:
                text.Append("nothing\n");
                break;
        }
    }

    private void WriteTest(Test test, int depth)
    {
        text.Append($"test {test.Part.Name}\n");
        foreach (Branch branch in test.Branches)
        {
            text.Append(' ', 2 * depth + 2).Append($"{NameOf(branch.Constructor)}: ");
            Write(branch.Next, depth + 1);
        }

        if (test.Otherwise is null)
            return;
        text.Append(' ', 2 * depth + 2).Append("else: ");
        Write(test.Otherwise, depth + 1);
    }

    private static string BindingsOf(IReadOnlyCollection<PatternBinding> bindings) =>
        bindings.Count == 0 ? "" : $" with {string.Join(", ", bindings.Select(b => $"{b.Variable.Name} = {b.Part.Name}"))}";

    private static string NameOf(Constructor constructor) => constructor switch
    {
        CaseConstructor @case => @case.Case.Symbol.Name,
        NullConstructor => "null",
        NonNullConstructor => "not null",
        TypeConstructor type => $"is {type.Type}",
        StringConstructor text => $"\"{text.Value}\"",
        IntegerConstructor { From: var from, To: var to } => from == to ? $"{from}" : $"{from}..={to}",
        _ => "",
    };
}
