// Runs the program as often as asked: a line with nanoseconds and result for each run.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

long long run(int size);

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **arguments) {
    for (int i = 0; i < atoi(arguments[2]); i++) {
        long long start = now();
        long long result = run(atoi(arguments[1]));
        printf("%lld %lld\n", now() - start, result);
    }
    return 0;
}
