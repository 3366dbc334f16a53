// The sieve of Eratosthenes: stores into an array of bool.
#include "../harness/harness.h"
#include <stdlib.h>

long long run(int size) {
    char *isComposite = calloc(size, 1);
    int count = 0;
    for (int n = 2; n < size; n++) {
        if (!isComposite[n]) {
            count++;
            for (int multiple = n + n; multiple < size; multiple += n) {
                isComposite[multiple] = 1;
            }
        }
    }
    free(isComposite);
    return count;
}
