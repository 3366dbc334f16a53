// Many small objects, most of them short-lived.
final class Binarytrees {
    static final class Tree {
        final Tree left, right;

        Tree(Tree left, Tree right) {
            this.left = left;
            this.right = right;
        }
    }

    static Tree build(int depth) {
        return depth == 0 ? new Tree(null, null) : new Tree(build(depth - 1), build(depth - 1));
    }

    static int count(Tree tree) {
        Tree left = tree.left;
        Tree right = tree.right;
        return left != null && right != null ? 1 + count(left) + count(right) : 1;
    }

    static long run(int size) {
        Tree longLived = build(size);
        long check = 0;
        for (int depth = 4; depth <= size; depth += 4) {
            for (int i = 0; i < 1 << (size - depth + 4); i++) {
                check += count(build(depth));
            }
        }
        return check + count(longLived);
    }
}
