// Many small objects, most of them short-lived.
class Tree {
    constructor(left, right) {
        this.left = left;
        this.right = right;
    }
}

function build(depth) {
    return depth === 0 ? new Tree(null, null) : new Tree(build(depth - 1), build(depth - 1));
}

function count(tree) {
    const left = tree.left;
    const right = tree.right;
    return left !== null && right !== null ? 1 + count(left) + count(right) : 1;
}

exports.run = size => {
    const longLived = build(size);
    let check = 0;
    for (let depth = 4; depth <= size; depth += 4) {
        for (let i = 0; i < 1 << (size - depth + 4); i++) {
            check += count(build(depth));
        }
    }
    return check + count(longLived);
};
