namespace ByteVm.Bench.Programs;

/// <summary>The product of two matrices as arrays of rows.</summary>
internal static class Matmul
{
    public static long Run(int size)
    {
        double[][] a = Matrix(size, 1.0);
        double[][] b = Matrix(size, 2.0);
        double[][] product = Rows(size);
        for (int i = 0; i < size; i++)
        {
            double[] row = a[i];
            double[] target = product[i];
            for (int k = 0; k < size; k++)
            {
                double factor = row[k];
                double[] other = b[k];
                for (int j = 0; j < size; j++)
                {
                    target[j] += factor * other[j];
                }
            }
        }
        return (long)(product[size / 2][size / 3] * 1e6);
    }

    private static double[][] Matrix(int n, double seed)
    {
        double[][] result = Rows(n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                result[i][j] = seed / n / n * (i - j) * (i + j);
            }
        }
        return result;
    }

    private static double[][] Rows(int n)
    {
        double[][] result = new double[n][];
        for (int i = 0; i < n; i++)
        {
            result[i] = new double[n];
        }
        return result;
    }
}
