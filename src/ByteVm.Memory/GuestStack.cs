using System.Runtime.Versioning;

namespace ByteVm.Memory;

/// <summary>
/// The stack of one guest, outside of the cage so that no guest store reaches a return address. It grows down:
/// <code>
///   [guard, unmapped] [signal room] [usable ...] [guard, unmapped]
///                                   Limit        Top
/// </code>
/// No frame reaches below <see cref="Limit"/>. The signal room is mapped because .NET suspends threads for its collector with a signal
/// whose handler runs on the interrupted stack: 6 KiB aborted the process, 8 KiB was enough, wide vector state needs more.
/// </summary>
public sealed unsafe class GuestStack : IDisposable
{
    public const long DefaultBytes = 1 << 20;
    public const int ReserveBytes = 16 * 1024;
    public const long MaxBytes = (1 << 30) + ReserveBytes;
    public const int SignalRoomBytes = 64 * 1024;
    public const int GuardBytes = 64 * 1024;
    private const int MinBytes = 4096;

    private readonly SharableMemory memory;

    /// <param name="usableBytes">Bytes for frames, rounded up to pages.</param>
    /// <param name="shared">Whether a worker process shall map it (Linux).</param>
    public GuestStack(long usableBytes = DefaultBytes, bool shared = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(usableBytes, MinBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(usableBytes, MaxBytes);
        long usable = OsMemory.RoundUpToPages(usableBytes);
        memory = new SharableMemory("bytevm-stack", GuardBytes + SignalRoomBytes + usable + GuardBytes, GuardBytes, SignalRoomBytes + usable, shared);
        Limit = memory.Start + GuardBytes + SignalRoomBytes;
        Top = Limit + usable;
    }

    /// <summary>One past the highest usable byte; page-aligned.</summary>
    public byte* Top { get; }

    /// <summary>Lowest byte a frame may use.</summary>
    public byte* Limit { get; }

    /// <summary>First byte of the lower guard, and bytes from there to the end of the upper one.</summary>
    internal ulong ReservedStart => (ulong)memory.Start;

    internal ulong ReservedBytes => (ulong)memory.Bytes;

    /// <summary>What a worker process maps; of a shared stack.</summary>
    [SupportedOSPlatform("linux")]
    internal SharedRange Shared => memory.Shared;

    /// <summary>Whether an address lies in the stack or one of its guards.</summary>
    public bool Contains(ulong address) => memory.Contains(address);

    public void Dispose() => memory.Dispose();
}
