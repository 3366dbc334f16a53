using System.Numerics;

namespace ByteVm.Memory;

/// <summary>
/// Pause times in fixed space: 16 buckets per power of two of nanoseconds, so that a percentile is at most 6.25 % too high. The maximum is exact.
/// </summary>
internal sealed class PauseHistogram
{
    private const int SubBucketBits = 4;
    private const int SubBuckets = 1 << SubBucketBits;

    private readonly int[] counts = new int[(64 - SubBucketBits + 1) * SubBuckets];

    public long Count { get; private set; }

    public TimeSpan Total { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Record(TimeSpan pause)
    {
        counts[Bucket(Nanoseconds(pause))]++;
        Count++;
        Total += pause;
        if (pause > Max)
            Max = pause;
    }

    /// <summary>A time that the given fraction of the pauses did not exceed; zero without pauses.</summary>
    public TimeSpan Percentile(double fraction)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(fraction * Count));
        long seen = 0;
        for (int bucket = 0; Count > 0 && bucket < counts.Length; bucket++)
        {
            seen += counts[bucket];
            if (seen >= rank)
                return Min(TimeSpan.FromTicks(UpperBound(bucket) / TimeSpan.NanosecondsPerTick), Max);
        }
        return TimeSpan.Zero;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    private static int Bucket(long nanoseconds)
    {
        if (nanoseconds < SubBuckets)
            return (int)nanoseconds;
        int shift = BitOperations.Log2((ulong)nanoseconds) - SubBucketBits;
        return (shift + 1) * SubBuckets + (int)(nanoseconds >> shift) - SubBuckets;
    }

    private static long UpperBound(int bucket)
    {
        if (bucket < SubBuckets)
            return bucket;
        int shift = bucket / SubBuckets - 1;
        return ((long)(bucket % SubBuckets + SubBuckets + 1) << shift) - 1;
    }
}
