namespace ByteVm.Fuzz;

/// <summary>The random numbers of a case follow from the seed of the run and the number of the case.</summary>
internal static class CaseSeed
{
    // SplitMix64: neighbouring cases get unrelated seeds, the same ones in every process.
    public static int Of(int seed, long number)
    {
        ulong z = unchecked(((ulong)(uint)seed << 40) + (ulong)number * 0x9e3779b97f4a7c15);
        z = unchecked((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9);
        z = unchecked((z ^ (z >> 27)) * 0x94d049bb133111eb);
        return (int)(z ^ (z >> 31));
    }
}
