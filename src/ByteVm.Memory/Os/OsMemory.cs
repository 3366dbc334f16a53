using System.Runtime.InteropServices;

namespace ByteVm.Memory;

/// <summary>What a mapping of shared memory permits. There is no member with both Write and Execute, on purpose.</summary>
internal enum SharedAccess
{
    ReadWrite,
    ReadExecute,
    Read,
}

/// <summary>A range of this process that a worker process maps at the same address, from the start of the file behind it.</summary>
internal readonly record struct SharedRange(int Descriptor, ulong Address, long Bytes, SharedAccess Access);

/// <summary>
/// The only calls this project makes into the operating system. Addresses and sizes are multiples of <see cref="PageBytes"/>.
/// Reserved memory faults on access; committed memory is readable and writable and starts as zero.
/// </summary>
internal static unsafe partial class OsMemory
{
    public static int PageBytes => Environment.SystemPageSize;

    /// <summary>Physical huge pages of this size back memory after <see cref="AdviseHugePages"/>.</summary>
    public const int HugePageBytes = 2 * 1024 * 1024;

    public static long RoundUpToPages(long bytes) => (bytes + PageBytes - 1) & -(long)PageBytes;

    /// <summary>Takes address space, without memory behind it.</summary>
    public static byte* Reserve(long bytes) =>
        OperatingSystem.IsWindows() ? Windows.Reserve(bytes) : Unix.Reserve(bytes);

    /// <summary>Makes a reserved range readable and writable; physical pages arrive on first touch.</summary>
    public static void Commit(byte* address, long bytes)
    {
        if (OperatingSystem.IsWindows())
            Windows.Commit(address, bytes);
        else
            Unix.Commit(address, bytes);
    }

    /// <summary>Gives the pages of a committed range back; the range stays committed and reads as zero.</summary>
    public static void Discard(byte* address, long bytes)
    {
        if (OperatingSystem.IsWindows())
            Windows.Discard(address, bytes);
        else
            Unix.Discard(address, bytes);
    }

    /// <summary>Gives a whole reservation back.</summary>
    public static void Release(byte* address, long bytes)
    {
        if (OperatingSystem.IsWindows())
            Windows.Release(address);
        else
            Unix.Release(address, bytes);
    }

    /// <summary>Asks for huge pages. A hint: where it is not understood nothing happens.</summary>
    public static void AdviseHugePages(byte* address, long bytes)
    {
        if (OperatingSystem.IsLinux())
            Unix.AdviseHugePages(address, bytes);
    }

    /// <summary>Gives committed memory its pages now. A hint: where it is not understood they arrive on first touch.</summary>
    public static void Populate(byte* address, long bytes)
    {
        if (OperatingSystem.IsLinux())
            Unix.Populate(address, bytes);
    }

    private static OutOfNativeMemoryException Failure(string operation, long bytes) =>
        new(operation, bytes, Marshal.GetLastPInvokeError());
}
