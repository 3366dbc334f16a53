// Escape times: floating point in registers.
#include "../harness/harness.h"

static int escapeTime(double cx, double cy) {
    double x = 0.0;
    double y = 0.0;
    int steps = 0;
    while (steps < 200 && x * x + y * y <= 4.0) {
        double next = x * x - y * y + cx;
        y = 2.0 * x * y + cy;
        x = next;
        steps++;
    }
    return steps;
}

long long run(int size) {
    long long sum = 0;
    for (int row = 0; row < size; row++) {
        for (int column = 0; column < size; column++) {
            sum += escapeTime(3.0 * column / size - 2.2, 3.0 * row / size - 1.5);
        }
    }
    return sum;
}
