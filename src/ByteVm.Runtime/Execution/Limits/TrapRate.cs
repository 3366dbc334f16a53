namespace ByteVm.Runtime.Execution.Limits;

/// <summary>Counts traps per second, in windows that begin with their first trap.</summary>
internal sealed class TrapRate(int perSecond, TimeProvider time)
{
    private long windowStart;
    private int count;

    /// <returns>False when this trap is one too many.</returns>
    public bool Count()
    {
        if (count == 0 || time.GetElapsedTime(windowStart) >= TimeSpan.FromSeconds(1))
        {
            windowStart = time.GetTimestamp();
            count = 0;
        }

        return ++count <= perSecond;
    }
}
