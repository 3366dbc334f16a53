using System.Globalization;

namespace ByteVm.Bench.Programs;

/// <summary>Dictionary&lt;string, int&gt;: keys made beforehand are inserted, then looked up.</summary>
internal static class Stringmap
{
    public static long Run(int size)
    {
        string[] keys = new string[size];
        for (int i = 0; i < size; i++)
        {
            keys[i] = string.Create(CultureInfo.InvariantCulture, $"key {i}");
        }
        var map = new Dictionary<string, int>();
        for (int i = 0; i < size; i++)
        {
            map[keys[i]] = i;
        }
        long sum = 0;
        for (int i = 0; i < size; i++)
        {
            sum += map.TryGetValue(keys[size - 1 - i], out int value) ? value : 1;
        }
        return sum;
    }
}
