namespace ByteVm.Bench.Programs;

/// <summary>A loop of integer arithmetic and branches.</summary>
internal static class Loop
{
    public static long Run(int size)
    {
        int x = 1;
        long sum = 0;
        for (int i = 0; i < size; i++)
        {
            x = x * 31 + (i ^ x >>> 3);
            if ((x & 4) == 0)
            {
                sum += x;
            }
            else
            {
                sum ^= i;
            }
        }
        return sum;
    }
}
