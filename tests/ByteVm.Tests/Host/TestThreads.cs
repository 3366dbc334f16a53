namespace ByteVm.Tests.Host;

/// <summary>Runs a body on several threads and reports the first exception of any.</summary>
internal static class TestThreads
{
    public static void RunAll(int count, Action<int> body)
    {
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                body(i);
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (failure is not null)
            throw new InvalidOperationException("A test thread failed.", failure);
    }
}
