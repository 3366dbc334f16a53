namespace ByteVm.Fuzz.Modules;

/// <summary>Changes bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    private static readonly byte[] interesting = [0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xff];

    public static byte[] Mutate(byte[] bytes, Random random)
    {
        List<byte> changed = [.. bytes];
        for (int i = 1 + random.Next(3); i > 0; i--)
            MutateOnce(changed, random);
        return [.. changed];
    }

    private static void MutateOnce(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count);
        switch (random.Next(8))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = interesting[random.Next(interesting.Length)]; break;
            case 2: bytes[at] = (byte)random.Next(256); break;
            case 3: bytes[at] += (byte)(random.Next(2) * 2 - 1); break;
            case 4: bytes.RemoveRange(at, Math.Min(1 + random.Next(4), bytes.Count - at - (at == 0 ? 1 : 0))); break;
            case 5: bytes.Insert(at, (byte)random.Next(256)); break;
            case 6: bytes.RemoveRange(Math.Max(at, 1), bytes.Count - Math.Max(at, 1)); break;
            default: bytes.InsertRange(at, HugeNumber(random)); break;
        }
    }

    // 2^k - 1, 2^k or 2^k + 1 as LEB128: counts and indices at the edges.
    private static byte[] HugeNumber(Random random)
    {
        ulong value = (1UL << random.Next(40)) + (ulong)random.Next(3) - 1;
        var encoded = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            encoded.Add((byte)(value | 0x80));
        encoded.Add((byte)value);
        return [.. encoded];
    }
}
