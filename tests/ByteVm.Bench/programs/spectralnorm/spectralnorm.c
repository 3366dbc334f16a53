// The power method: a division in the innermost function.
#include "../harness/harness.h"
#include <math.h>
#include <stdlib.h>

static double element(int row, int column) {
    return 1.0 / ((row + column) * (row + column + 1) / 2 + row + 1);
}

static void multiply(const double *vector, double *result, int size) {
    for (int i = 0; i < size; i++) {
        double sum = 0.0;
        for (int j = 0; j < size; j++) {
            sum += element(i, j) * vector[j];
        }
        result[i] = sum;
    }
}

static void multiplyTransposed(const double *vector, double *result, int size) {
    for (int i = 0; i < size; i++) {
        double sum = 0.0;
        for (int j = 0; j < size; j++) {
            sum += element(j, i) * vector[j];
        }
        result[i] = sum;
    }
}

static void multiplyAtA(const double *vector, double *result, double *scratch, int size) {
    multiply(vector, scratch, size);
    multiplyTransposed(scratch, result, size);
}

long long run(int size) {
    double *u = malloc(size * sizeof *u);
    double *v = calloc(size, sizeof *v);
    double *scratch = calloc(size, sizeof *scratch);
    for (int i = 0; i < size; i++) {
        u[i] = 1.0;
    }
    for (int step = 0; step < 10; step++) {
        multiplyAtA(u, v, scratch, size);
        multiplyAtA(v, u, scratch, size);
    }
    double uv = 0.0, vv = 0.0;
    for (int i = 0; i < size; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    free(u);
    free(v);
    free(scratch);
    return (long long)(sqrt(uv / vv) * 1e12);
}
