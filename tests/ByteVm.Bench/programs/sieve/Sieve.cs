namespace ByteVm.Bench.Programs;

/// <summary>The sieve of Eratosthenes: stores into an array of bool.</summary>
internal static class Sieve
{
    public static long Run(int size)
    {
        bool[] isComposite = new bool[size];
        int count = 0;
        for (int n = 2; n < size; n++)
        {
            if (!isComposite[n])
            {
                count++;
                for (int multiple = n + n; multiple < size; multiple += n)
                {
                    isComposite[multiple] = true;
                }
            }
        }
        return count;
    }
}
