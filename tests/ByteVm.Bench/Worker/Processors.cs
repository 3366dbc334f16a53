using System.Runtime.Versioning;
using ByteVm.Host.Linux;

namespace ByteVm.Bench.Worker;

/// <summary>Which processors a thread may run on.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class Processors
{
    private const int SetAffinity = 203, GetAffinity = 204;

    /// <summary>A set of processors as bits; those of this process at its start.</summary>
    public static ulong All { get; } = Of(0);

    /// <param name="thread">Its number, or 0 for the calling thread.</param>
    public static ulong Of(int thread)
    {
        ulong* set = stackalloc ulong[16];
        _ = Kernel.Call(GetAffinity, thread, 16 * sizeof(ulong), (nint)set);
        return set[0];
    }

    /// <param name="thread">Its number, or 0 for the calling thread.</param>
    /// <param name="processors">The bits of those it may run on.</param>
    public static void Pin(int thread, ulong processors)
    {
        if (Kernel.Call(SetAffinity, thread, sizeof(ulong), (nint)(&processors)) < 0)
            throw new InvalidOperationException($"thread {thread} cannot be bound to processors {processors:x}");
    }
}
