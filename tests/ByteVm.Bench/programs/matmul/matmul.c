// The product of two matrices as arrays of rows.
#include "../harness/harness.h"
#include <stdlib.h>

static double **rows(int n) {
    double **result = malloc(n * sizeof *result);
    for (int i = 0; i < n; i++) {
        result[i] = calloc(n, sizeof **result);
    }
    return result;
}

static void release(double **matrix, int n) {
    for (int i = 0; i < n; i++) {
        free(matrix[i]);
    }
    free(matrix);
}

static double **matrix(int n, double seed) {
    double **result = rows(n);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            result[i][j] = seed / n / n * (i - j) * (i + j);
        }
    }
    return result;
}

long long run(int size) {
    double **a = matrix(size, 1.0);
    double **b = matrix(size, 2.0);
    double **product = rows(size);
    for (int i = 0; i < size; i++) {
        double *row = a[i];
        double *target = product[i];
        for (int k = 0; k < size; k++) {
            double factor = row[k];
            double *other = b[k];
            for (int j = 0; j < size; j++) {
                target[j] += factor * other[j];
            }
        }
    }
    long long result = (long long)(product[size / 2][size / 3] * 1e6);
    release(a, size);
    release(b, size);
    release(product, size);
    return result;
}
