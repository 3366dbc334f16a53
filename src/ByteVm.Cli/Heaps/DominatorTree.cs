using ByteVm.Memory;

namespace ByteVm.Cli.Heaps;

/// <summary>
/// The dominator tree of a heap: an object's dominator is the closest other object that lies on every path to it from the roots, so that
/// all it dominates would be garbage without it. Computed as Lengauer and Tarjan do, "A fast algorithm for finding dominators in a flowgraph"
/// (TOPLAS 1(1), 1979), in the simple form with path compression, O(m log n), and without recursion, as heaps are deep.
/// <para>Nodes are numbered in depth-first order from <see cref="Root"/>, which stands for all roots together; objects that are not reachable have no number.</para>
/// </summary>
internal sealed class DominatorTree
{
    public const int Root = 0;

    private const int None = -1;

    private readonly HeapDump dump;

    /// <summary>By object: its number, or <see cref="None"/>.</summary>
    private readonly int[] numbers;

    /// <summary>By number: the object; the parent in the depth-first tree.</summary>
    private readonly int[] objects;
    private readonly int[] parents;
    private readonly int[] semi;
    private readonly int[] dominators;

    /// <summary>The forest of the algorithm: compressed ancestors, and the node of least semidominator on the way to them.</summary>
    private readonly int[] ancestors;
    private readonly int[] labels;
    private readonly Stack<int> path = new();

    private DominatorTree(HeapDump dump)
    {
        this.dump = dump;
        int most = dump.Objects.Length + 1;
        numbers = new int[dump.Objects.Length];
        Array.Fill(numbers, None);
        objects = new int[most];
        objects[Root] = None;
        parents = new int[most];
        semi = new int[most];
        dominators = new int[most];
        ancestors = new int[most];
        labels = new int[most];
        RetainedBytes = new long[most];
    }

    /// <summary>Reachable objects and the root.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>By number: bytes that would be free if nothing referred to the object. The root's are all that is reachable.</summary>
    public long[] RetainedBytes { get; }

    public static DominatorTree Of(HeapDump dump)
    {
        DominatorTree tree = new(dump);
        tree.Number();
        tree.Solve();
        tree.SumUp();
        return tree;
    }

    /// <summary>The object with a number that is not the root's.</summary>
    public int ObjectAt(int number) => objects[number];

    public int DominatorOf(int number) => dominators[number];

    private void Number()
    {
        var stack = new Stack<(int Node, int Next)>();
        stack.Push((Root, 0));
        while (stack.TryPop(out (int Node, int Next) top))
        {
            if (!TrySuccessor(top.Node, top.Next, out int successor))
                continue;
            stack.Push((top.Node, top.Next + 1));
            if (numbers[successor] != None)
                continue;
            numbers[successor] = Count;
            objects[Count] = successor;
            parents[Count] = top.Node;
            stack.Push((Count++, 0));
        }
    }

    private bool TrySuccessor(int node, int index, out int successor)
    {
        successor = None;
        if (node == Root)
        {
            if (index < dump.Roots.Length)
                successor = dump.Roots[index].Target;
        }
        else if (dump.FirstReference[objects[node]] + index < dump.FirstReference[objects[node] + 1])
        {
            successor = dump.References[dump.FirstReference[objects[node]] + index];
        }

        return successor != None;
    }

    private void Solve()
    {
        (int[] firstPredecessor, int[] predecessors) = Predecessors();
        // The nodes whose semidominator a node is, as linked lists.
        int[] bucket = new int[Count], nextInBucket = new int[Count];
        Array.Fill(bucket, None);
        for (int i = 0; i < Count; i++)
            (semi[i], labels[i], ancestors[i]) = (i, i, None);
        for (int node = Count - 1; node > Root; node--)
        {
            for (int i = firstPredecessor[node]; i < firstPredecessor[node + 1]; i++)
                semi[node] = Math.Min(semi[node], semi[Evaluate(predecessors[i])]);
            (nextInBucket[node], bucket[semi[node]]) = (bucket[semi[node]], node);
            int parent = parents[node];
            ancestors[node] = parent;
            for (int member = bucket[parent]; member != None; member = nextInBucket[member])
            {
                int least = Evaluate(member);
                dominators[member] = semi[least] < semi[member] ? least : parent;
            }

            bucket[parent] = None;
        }

        for (int node = 1; node < Count; node++)
        {
            if (dominators[node] != semi[node])
                dominators[node] = dominators[dominators[node]];
        }
    }

    /// <summary>The node of least semidominator on the forest's path to this node, below the path's root.</summary>
    private int Evaluate(int node)
    {
        if (ancestors[node] == None)
            return node;
        for (int at = node; ancestors[ancestors[at]] != None; at = ancestors[at])
            path.Push(at);
        while (path.TryPop(out int below))
        {
            int ancestor = ancestors[below];
            if (semi[labels[ancestor]] < semi[labels[below]])
                labels[below] = labels[ancestor];
            ancestors[below] = ancestors[ancestor];
        }

        return labels[node];
    }

    private (int[] First, int[] Predecessors) Predecessors()
    {
        int[] first = new int[Count + 1];
        ForEachEdge((_, to) => first[to + 1]++);
        for (int i = 0; i < Count; i++)
            first[i + 1] += first[i];
        int[] predecessors = new int[first[Count]];
        int[] filled = [.. first];
        ForEachEdge((from, to) => predecessors[filled[to]++] = from);
        return (first, predecessors);
    }

    private void ForEachEdge(Action<int, int> action)
    {
        for (int node = 0; node < Count; node++)
        {
            for (int i = 0; TrySuccessor(node, i, out int successor); i++)
                action(node, numbers[successor]);
        }
    }

    /// <summary>A dominator has a smaller number than what it dominates.</summary>
    private void SumUp()
    {
        for (int node = Count - 1; node > Root; node--)
        {
            RetainedBytes[node] += dump.Objects[objects[node]].Bytes;
            RetainedBytes[dominators[node]] += RetainedBytes[node];
        }
    }
}
