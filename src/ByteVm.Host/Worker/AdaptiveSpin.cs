namespace ByteVm.Host.Worker;

/// <summary>
/// How long to look for the other side before sleeping. Looking pays only while the other side answers soon and has a processor of its
/// own; each time it was in vain the next traps sleep at once, twice as many as before, so that what is wasted stays a small part of all.
/// </summary>
internal struct AdaptiveSpin(int limit)
{
    private const int LongestPause = 64;

    private int pause;
    private int left;

    /// <summary>How often to look at the next trap; 0 to sleep at once.</summary>
    public readonly int Limit => left == 0 ? limit : 0;

    /// <param name="found">Whether the other side answered while it was looked for.</param>
    public void Record(bool found)
    {
        if (left > 0)
            left--;
        else if (found)
            pause = 0;
        else
            left = pause = Math.Clamp(2 * pause, 1, LongestPause);
    }
}
