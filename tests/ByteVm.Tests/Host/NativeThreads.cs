using System.Runtime.InteropServices;

namespace ByteVm.Tests.Host;

/// <summary>Linux threads and signals to them.</summary>
internal static partial class NativeThreads
{
    public static int Current() => GetThread();

    public static void Signal(int thread, int signal) => Assert.Equal(0, SignalThread(Environment.ProcessId, thread, signal));

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThread();

    [LibraryImport("libc", EntryPoint = "tgkill")]
    private static partial int SignalThread(int process, int thread, int signal);
}
