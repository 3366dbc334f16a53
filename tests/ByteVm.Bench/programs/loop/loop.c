// A loop of integer arithmetic and branches.
#include "../harness/harness.h"

long long run(int size) {
    int x = 1;
    long long sum = 0;
    for (int i = 0; i < size; i++) {
        x = (int)((unsigned)x * 31u + ((unsigned)i ^ (unsigned)x >> 3));
        if ((x & 4) == 0) {
            sum += x;
        } else {
            sum ^= i;
        }
    }
    return sum;
}
