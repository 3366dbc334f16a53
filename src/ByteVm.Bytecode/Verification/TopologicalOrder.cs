namespace ByteVm.Bytecode;

/// <summary>Orders the nodes of a graph so that each comes after its successors: depth-first search with a stack of its own.</summary>
internal static class TopologicalOrder
{
    private enum State : byte
    {
        Unvisited,
        Open,
        Done,
    }

    /// <param name="order">The nodes, successors first; where there is a cycle, those before it was found.</param>
    /// <returns>A node on a cycle, or -1.</returns>
    public static int Find(int count, Func<int, IEnumerable<int>> successors, out List<int> order)
    {
        order = new List<int>(count);
        var states = new State[count];
        var path = new Stack<(int Node, IEnumerator<int> Successors)>();
        for (int root = 0; root < count; root++)
        {
            if (states[root] != State.Unvisited)
                continue;
            states[root] = State.Open;
            path.Push((root, successors(root).GetEnumerator()));
            while (path.TryPeek(out (int Node, IEnumerator<int> Successors) top))
            {
                if (!top.Successors.MoveNext())
                {
                    states[top.Node] = State.Done;
                    order.Add(top.Node);
                    path.Pop();
                }
                else if (states[top.Successors.Current] == State.Open)
                {
                    return top.Successors.Current;
                }
                else if (states[top.Successors.Current] == State.Unvisited)
                {
                    states[top.Successors.Current] = State.Open;
                    path.Push((top.Successors.Current, successors(top.Successors.Current).GetEnumerator()));
                }
            }
        }

        return -1;
    }
}
