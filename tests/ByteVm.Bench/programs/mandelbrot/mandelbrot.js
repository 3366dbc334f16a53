// Escape times: floating point in registers.
function escapeTime(cx, cy) {
    let x = 0.0;
    let y = 0.0;
    let steps = 0;
    while (steps < 200 && x * x + y * y <= 4.0) {
        const next = x * x - y * y + cx;
        y = 2.0 * x * y + cy;
        x = next;
        steps++;
    }
    return steps;
}

exports.run = size => {
    let sum = 0;
    for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
            sum += escapeTime(3.0 * column / size - 2.2, 3.0 * row / size - 1.5);
        }
    }
    return sum;
};
