// Prefix reversals of all permutations: small integer arrays.
#include "../harness/harness.h"

static int countFlips(const int *permutation, int *flipped, int size) {
    for (int i = 0; i < size; i++) {
        flipped[i] = permutation[i];
    }
    int flips = 0;
    int first = flipped[0];
    while (first != 0) {
        int low = 0;
        int high = first;
        while (low < high) {
            int kept = flipped[low];
            flipped[low] = flipped[high];
            flipped[high] = kept;
            low++;
            high--;
        }
        flips++;
        first = flipped[0];
    }
    return flips;
}

long long run(int size) {
    int permutation[32], flipped[32], counts[32];
    for (int i = 0; i < size; i++) {
        permutation[i] = i;
    }
    int checksum = 0, maximum = 0, isEven = 1, remaining = size;
    for (;;) {
        while (remaining > 1) {
            counts[remaining - 1] = remaining;
            remaining--;
        }
        int flips = countFlips(permutation, flipped, size);
        if (flips > maximum) {
            maximum = flips;
        }
        checksum += isEven ? flips : -flips;
        isEven = !isEven;
        for (;;) {
            if (remaining == size) {
                return checksum * 1000LL + maximum;
            }
            int first = permutation[0];
            for (int i = 0; i < remaining; i++) {
                permutation[i] = permutation[i + 1];
            }
            permutation[remaining] = first;
            counts[remaining]--;
            if (counts[remaining] > 0) {
                break;
            }
            remaining++;
        }
    }
}
