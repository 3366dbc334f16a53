namespace ByteVm.Bench.Programs;

/// <summary>Dictionary&lt;int, int&gt;: inserts, then as many lookups, half of them of keys that are not there.</summary>
internal static class Intmap
{
    public static long Run(int size)
    {
        var map = new Dictionary<int, int>();
        for (int i = 0; i < size; i++)
        {
            map[i * 7] = i;
        }
        long sum = 0;
        for (int i = 0; i < size; i++)
        {
            sum += map.TryGetValue((size - i) * 7 - (i & 1), out int value) ? value : 1;
        }
        return sum;
    }
}
