// The product of two matrices as arrays of rows.
final class Matmul {
    static long run(int size) {
        double[][] a = matrix(size, 1.0);
        double[][] b = matrix(size, 2.0);
        double[][] product = new double[size][size];
        for (int i = 0; i < size; i++) {
            double[] row = a[i];
            double[] target = product[i];
            for (int k = 0; k < size; k++) {
                double factor = row[k];
                double[] other = b[k];
                for (int j = 0; j < size; j++) {
                    target[j] += factor * other[j];
                }
            }
        }
        return (long) (product[size / 2][size / 3] * 1e6);
    }

    static double[][] matrix(int n, double seed) {
        double[][] result = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                result[i][j] = seed / n / n * (i - j) * (i + j);
            }
        }
        return result;
    }
}
