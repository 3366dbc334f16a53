namespace ByteVm.Bench.Programs;

/// <summary>Many small objects, most of them short-lived.</summary>
internal static class Binarytrees
{
    private sealed class Tree
    {
        public readonly Tree? left, right;

        public Tree(Tree? left, Tree? right)
        {
            this.left = left;
            this.right = right;
        }
    }

    private static Tree Build(int depth)
    {
        return depth == 0 ? new Tree(null, null) : new Tree(Build(depth - 1), Build(depth - 1));
    }

    private static int Count(Tree tree)
    {
        Tree? left = tree.left;
        Tree? right = tree.right;
        return left != null && right != null ? 1 + Count(left) + Count(right) : 1;
    }

    public static long Run(int size)
    {
        Tree longLived = Build(size);
        long check = 0;
        for (int depth = 4; depth <= size; depth += 4)
        {
            for (int i = 0; i < 1 << (size - depth + 4); i++)
            {
                check += Count(Build(depth));
            }
        }
        return check + Count(longLived);
    }
}
