namespace ByteVm.Host.Native;

/// <summary>
/// Whether the current thread has been made fit to run guests. That is a property of the thread, which keeps its signal stack until it
/// ends: asking the system before each run would cost more than the world switch.
/// </summary>
internal static class ThreadSignalStack
{
    [ThreadStatic]
    private static bool isReady;

    public static void Ensure(DirectExecution direct)
    {
        if (isReady)
            return;
        _ = direct.EnterThread();
        isReady = true;
    }
}
