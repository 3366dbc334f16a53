using System.Runtime.Versioning;

namespace ByteVm.Memory;

/// <summary>A reservation with one accessible part of fixed size, which a worker process can map too if it is shared.</summary>
internal sealed unsafe class SharableMemory : IDisposable
{
    private readonly Reservation reservation;
    private readonly OsMemory.SharedFile? file;
    private readonly long offset;

    /// <param name="name">Of the file, for /proc/self/maps.</param>
    /// <param name="reservedBytes">Address space taken.</param>
    /// <param name="offset">Where the accessible part begins in it.</param>
    /// <param name="bytes">Length of the accessible part.</param>
    /// <param name="shared">Whether a worker process shall map it (Linux).</param>
    public SharableMemory(string name, long reservedBytes, long offset, long bytes, bool shared)
    {
        this.offset = offset;
        reservation = new Reservation(reservedBytes);
        try
        {
            if (shared && OperatingSystem.IsLinux())
                file = MapFile(name, bytes);
            else
                OsMemory.Commit(reservation.Start + offset, bytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>First reserved byte.</summary>
    public byte* Start => reservation.Start;

    public long Bytes => reservation.Bytes;

    [SupportedOSPlatform("linux")]
    public SharedRange Shared => new(file!.Descriptor, (ulong)(reservation.Start + offset), file.Bytes, SharedAccess.ReadWrite);

    public bool Contains(ulong address) => reservation.Contains(address);

    public void Dispose()
    {
        reservation.Dispose();
        if (OperatingSystem.IsLinux())
            file?.Dispose();
    }

    [SupportedOSPlatform("linux")]
    private OsMemory.SharedFile MapFile(string name, long bytes)
    {
        var created = new OsMemory.SharedFile(name, executable: false);
        created.Grow(bytes);
        created.MapOver(reservation.Start + offset, bytes, SharedAccess.ReadWrite);
        created.Seal(FileSeals.Shrink | FileSeals.Grow);
        return created;
    }
}
