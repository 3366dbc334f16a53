// Recursive calls.
#include "../harness/harness.h"

static int fib(int n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

long long run(int size) {
    return fib(size);
}
