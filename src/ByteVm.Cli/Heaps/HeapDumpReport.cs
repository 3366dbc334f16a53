using ByteVm.Memory;

namespace ByteVm.Cli.Heaps;

/// <summary>Prints what fills a heap: types, the objects that hold most alive, and what holds these.</summary>
internal sealed class HeapDumpReport(HeapDump dump, int top, TextWriter output)
{
    private const int ShownPaths = 5;
    private const int ShownSteps = 12;

    private readonly DominatorTree tree = DominatorTree.Of(dump);

    public void Print()
    {
        long total = dump.Objects.Sum(o => (long)o.Bytes);
        output.WriteLine($"{dump.Objects.Length:N0} objects, {total:N0} bytes; reachable {tree.Count - 1:N0} objects, {tree.RetainedBytes[DominatorTree.Root]:N0} bytes; {dump.Roots.Length:N0} roots");
        PrintHistogram(Math.Max(total, 1));
        int[] largest = LargestDominators();
        PrintDominators(largest);
        PrintPaths(largest);
    }

    private void PrintHistogram(long total)
    {
        output.WriteLine();
        output.WriteLine($"{"bytes",14} {"share",7} {"objects",12}  type");
        var types = dump.Objects.GroupBy(o => o.Type).Select(g => (Type: g.Key, Count: g.LongCount(), Bytes: g.Sum(o => (long)o.Bytes)))
            .OrderByDescending(t => t.Bytes).ThenBy(t => dump.Types[t.Type].Name, StringComparer.Ordinal).ToArray();
        foreach ((int type, long count, long bytes) in types.Take(top))
            output.WriteLine($"{bytes,14:N0} {(double)bytes / total,7:P1} {count,12:N0}  {dump.Types[type].Name}");
        if (types.Length > top)
            output.WriteLine($"{types.Skip(top).Sum(t => t.Bytes),14:N0} {"",7} {types.Skip(top).Sum(t => t.Count),12:N0}  {types.Length - top} more types");
    }

    private int[] LargestDominators() =>
        [.. Enumerable.Range(1, tree.Count - 1).OrderByDescending(n => tree.RetainedBytes[n]).ThenBy(n => n).Take(top)];

    private void PrintDominators(int[] largest)
    {
        output.WriteLine();
        output.WriteLine($"{"retained",14} {"own",12}  object (dominated by)");
        foreach (int number in largest)
        {
            int dominator = tree.DominatorOf(number);
            string holder = dominator == DominatorTree.Root ? "the roots" : Describe(tree.ObjectAt(dominator));
            output.WriteLine($"{tree.RetainedBytes[number],14:N0} {dump.Objects[tree.ObjectAt(number)].Bytes,12:N0}  {Describe(tree.ObjectAt(number))} ({holder})");
        }
    }

    private void PrintPaths(int[] largest)
    {
        RootPaths paths = new(dump);
        foreach (int number in largest.Take(ShownPaths))
        {
            output.WriteLine();
            output.WriteLine($"What holds {Describe(tree.ObjectAt(number))}:");
            (string root, List<int> steps) = paths.To(tree.ObjectAt(number));
            output.WriteLine($"  {root}");
            foreach (int step in steps.Take(ShownSteps))
                output.WriteLine($"  -> {Describe(step)}");
            if (steps.Count > ShownSteps)
                output.WriteLine($"  -> {steps.Count - ShownSteps:N0} more, the last of which is it");
        }
    }

    private string Describe(int dumped)
    {
        DumpedObject described = dump.Objects[dumped];
        DumpedType type = dump.Types[described.Type];
        string length = type.Kind == "instance" ? "" : $" of length {described.Length:N0}";
        return $"{type.Name}{length} at 0x{described.Address:x}";
    }
}
