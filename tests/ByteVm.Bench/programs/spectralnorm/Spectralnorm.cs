namespace ByteVm.Bench.Programs;

/// <summary>The power method: a division in the innermost function.</summary>
internal static class Spectralnorm
{
    public static long Run(int size)
    {
        double[] u = new double[size];
        Array.Fill(u, 1.0);
        double[] v = new double[size];
        double[] scratch = new double[size];
        for (int step = 0; step < 10; step++)
        {
            MultiplyAtA(u, v, scratch);
            MultiplyAtA(v, u, scratch);
        }
        double uv = 0.0;
        double vv = 0.0;
        for (int i = 0; i < size; i++)
        {
            uv += u[i] * v[i];
            vv += v[i] * v[i];
        }
        return (long)(Math.Sqrt(uv / vv) * 1e12);
    }

    private static double Element(int row, int column)
    {
        return 1.0 / ((row + column) * (row + column + 1) / 2 + row + 1);
    }

    private static void MultiplyAtA(double[] vector, double[] result, double[] scratch)
    {
        Multiply(vector, scratch);
        MultiplyTransposed(scratch, result);
    }

    private static void Multiply(double[] vector, double[] result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            double sum = 0.0;
            for (int j = 0; j < vector.Length; j++)
            {
                sum += Element(i, j) * vector[j];
            }
            result[i] = sum;
        }
    }

    private static void MultiplyTransposed(double[] vector, double[] result)
    {
        for (int i = 0; i < result.Length; i++)
        {
            double sum = 0.0;
            for (int j = 0; j < vector.Length; j++)
            {
                sum += Element(j, i) * vector[j];
            }
            result[i] = sum;
        }
    }
}
