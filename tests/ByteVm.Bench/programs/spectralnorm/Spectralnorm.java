// The power method: a division in the innermost function.
final class Spectralnorm {
    static long run(int size) {
        double[] u = new double[size];
        java.util.Arrays.fill(u, 1.0);
        double[] v = new double[size];
        double[] scratch = new double[size];
        for (int step = 0; step < 10; step++) {
            multiplyAtA(u, v, scratch);
            multiplyAtA(v, u, scratch);
        }
        double uv = 0.0;
        double vv = 0.0;
        for (int i = 0; i < size; i++) {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        return (long) (Math.sqrt(uv / vv) * 1e12);
    }

    static double element(int row, int column) {
        return 1.0 / ((row + column) * (row + column + 1) / 2 + row + 1);
    }

    static void multiplyAtA(double[] vector, double[] result, double[] scratch) {
        multiply(vector, scratch);
        multiplyTransposed(scratch, result);
    }

    static void multiply(double[] vector, double[] result) {
        for (int i = 0; i < result.length; i++) {
            double sum = 0.0;
            for (int j = 0; j < vector.length; j++) {
                sum += element(i, j) * vector[j];
            }
            result[i] = sum;
        }
    }

    static void multiplyTransposed(double[] vector, double[] result) {
        for (int i = 0; i < result.length; i++) {
            double sum = 0.0;
            for (int j = 0; j < vector.length; j++) {
                sum += element(j, i) * vector[j];
            }
            result[i] = sum;
        }
    }
}
