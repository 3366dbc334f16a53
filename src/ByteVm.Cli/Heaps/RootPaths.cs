using ByteVm.Memory;

namespace ByteVm.Cli.Heaps;

/// <summary>Shortest paths from the roots, found breadth first.</summary>
internal sealed class RootPaths
{
    private const int Unseen = int.MinValue;

    private readonly HeapDump dump;

    /// <summary>By object: the one before it on the path, or the complement of a root's index, or <see cref="Unseen"/>.</summary>
    private readonly int[] previous;

    public RootPaths(HeapDump dump)
    {
        this.dump = dump;
        previous = new int[dump.Objects.Length];
        Array.Fill(previous, Unseen);
        Search();
    }

    /// <summary>The root's name and the objects from it to one that is reachable, that included.</summary>
    public (string Root, List<int> Objects) To(int target)
    {
        List<int> path = [];
        int at = target;
        for (; at >= 0; at = previous[at])
            path.Add(at);
        path.Reverse();
        return (dump.Roots[~at].Name, path);
    }

    private void Search()
    {
        var queue = new Queue<int>();
        for (int i = 0; i < dump.Roots.Length; i++)
            Visit(dump.Roots[i].Target, ~i, queue);
        while (queue.TryDequeue(out int from))
        {
            for (int i = dump.FirstReference[from]; i < dump.FirstReference[from + 1]; i++)
                Visit(dump.References[i], from, queue);
        }
    }

    private void Visit(int dumped, int from, Queue<int> queue)
    {
        if (previous[dumped] != Unseen)
            return;
        previous[dumped] = from;
        queue.Enqueue(dumped);
    }
}
