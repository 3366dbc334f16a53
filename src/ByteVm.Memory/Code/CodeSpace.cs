using System.Runtime.Versioning;

namespace ByteVm.Memory;

/// <summary>
/// The one range of addresses in which all machine code of all programs lies. Nothing of it is accessible but what a
/// <see cref="CodeRegion"/> maps, and that never writable: code is written through a second mapping of the same memory elsewhere.
///
/// Process-wide on purpose, like the fault handlers of ByteVm.Host that need it, and nothing else is: a hardware-fault handler belongs
/// to the process, knows no instance, and must decide "guest or not" with two comparisons against constants. Only addresses are shared, no content.
/// </summary>
public static unsafe class CodeSpace
{
    /// <summary>Bytes of address space.</summary>
    public const long Bytes = 64L << 30;

    private static readonly Lock Gate = new();
    private static readonly ExtentAllocator Free = new();
    private static Reservation? reservation;

    /// <summary>Whether machine code can be had here. Elsewhere the interpreter serves.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>First address. Reserves the space on first use.</summary>
    public static ulong Start
    {
        get
        {
            lock (Gate)
            {
                if (reservation is null)
                {
                    reservation = new Reservation(Bytes);
                    Free.Add(0, Bytes);
                }
                return (ulong)reservation.Start;
            }
        }
    }

    /// <summary>One past the last address.</summary>
    public static ulong End => Start + (ulong)Bytes;

    /// <summary>Whether an address may be one of guest code.</summary>
    public static bool Contains(ulong address) => Volatile.Read(ref reservation)?.Contains(address) ?? false;

    internal static byte* Take(long bytes)
    {
        byte* start = (byte*)Start;
        lock (Gate)
        {
            long offset = Free.Take(bytes, OsMemory.HugePageBytes);
            return offset >= 0
                ? start + offset
                : throw new OutOfNativeMemoryException($"no {bytes:N0} bytes of the {Bytes:N0} bytes for machine code are free; dispose programs that are no longer used");
        }
    }

    internal static void Return(byte* start, long bytes)
    {
        lock (Gate)
        {
            Free.Add(start - reservation!.Start, bytes);
        }
    }
}
