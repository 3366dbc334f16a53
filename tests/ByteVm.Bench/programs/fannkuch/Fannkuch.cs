namespace ByteVm.Bench.Programs;

/// <summary>Prefix reversals of all permutations: small integer arrays.</summary>
internal static class Fannkuch
{
    public static long Run(int size)
    {
        int[] permutation = new int[size];
        for (int i = 0; i < size; i++)
        {
            permutation[i] = i;
        }
        int[] flipped = new int[size];
        int[] counts = new int[size];
        int checksum = 0;
        int maximum = 0;
        bool isEven = true;
        int remaining = size;
        while (true)
        {
            while (remaining > 1)
            {
                counts[remaining - 1] = remaining;
                remaining--;
            }
            int flips = CountFlips(permutation, flipped);
            if (flips > maximum)
            {
                maximum = flips;
            }
            checksum += isEven ? flips : -flips;
            isEven = !isEven;
            while (true)
            {
                if (remaining == size)
                {
                    return checksum * 1000L + maximum;
                }
                int first = permutation[0];
                for (int i = 0; i < remaining; i++)
                {
                    permutation[i] = permutation[i + 1];
                }
                permutation[remaining] = first;
                counts[remaining]--;
                if (counts[remaining] > 0)
                {
                    break;
                }
                remaining++;
            }
        }
    }

    private static int CountFlips(int[] permutation, int[] flipped)
    {
        for (int i = 0; i < permutation.Length; i++)
        {
            flipped[i] = permutation[i];
        }
        int flips = 0;
        int first = flipped[0];
        while (first != 0)
        {
            int low = 0;
            int high = first;
            while (low < high)
            {
                int kept = flipped[low];
                flipped[low] = flipped[high];
                flipped[high] = kept;
                low++;
                high--;
            }
            flips++;
            first = flipped[0];
        }
        return flips;
    }
}
