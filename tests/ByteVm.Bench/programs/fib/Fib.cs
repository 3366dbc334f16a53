namespace ByteVm.Bench.Programs;

/// <summary>Recursive calls.</summary>
internal static class Fib
{
    public static long Run(int size)
    {
        return Number(size);
    }

    private static int Number(int n)
    {
        return n < 2 ? n : Number(n - 1) + Number(n - 2);
    }
}
