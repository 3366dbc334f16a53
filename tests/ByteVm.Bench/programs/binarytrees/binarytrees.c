// Many small objects, most of them short-lived.
#include "../harness/harness.h"
#include <stdlib.h>

struct tree {
    struct tree *left, *right;
};

static struct tree *build(int depth) {
    struct tree *tree = malloc(sizeof *tree);
    tree->left = depth == 0 ? NULL : build(depth - 1);
    tree->right = depth == 0 ? NULL : build(depth - 1);
    return tree;
}

static int count(const struct tree *tree) {
    return tree->left != NULL && tree->right != NULL ? 1 + count(tree->left) + count(tree->right) : 1;
}

static void release(struct tree *tree) {
    if (tree->left != NULL) {
        release(tree->left);
        release(tree->right);
    }
    free(tree);
}

long long run(int size) {
    struct tree *longLived = build(size);
    long long check = 0;
    for (int depth = 4; depth <= size; depth += 4) {
        for (int i = 0; i < 1 << (size - depth + 4); i++) {
            struct tree *tree = build(depth);
            check += count(tree);
            release(tree);
        }
    }
    check += count(longLived);
    release(longLived);
    return check;
}
