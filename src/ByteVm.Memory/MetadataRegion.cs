using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// What machine code reads of a program besides its code: type descriptors and function entries, named by their byte offset.
/// 4 GiB are reserved, so no 32-bit offset leaves the reservation; beyond what is allocated every access faults, but for the rest of a chunk.
/// On Linux the bytes lie in shared memory, which a worker process can map read-only. Offset 0 names nothing.
/// Allocation and publishing are thread-safe; what was written before publishing is seen by whoever gets the offset from the publisher.
/// </summary>
public sealed unsafe class MetadataRegion : IDisposable
{
    private const long ReservedBytes = 1L << 32;
    private const uint FirstOffset = 64;
    private const long FirstChunkBytes = 64 * 1024;

    private readonly Lock gate = new();
    private readonly Reservation reservation = new(ReservedBytes);
    private readonly OsMemory.SharedFile? file;
    private readonly long limit;
    private long committed;
    private uint used = FirstOffset;

    /// <summary>One bit per 8 bytes: set where a published descriptor starts. Replaced, never shrunk, so readers need no lock.</summary>
    private ulong[] descriptorStarts = new ulong[FirstChunkBytes / (8 * 64)];

    /// <param name="limitBytes">Most bytes the region may take.</param>
    public MetadataRegion(long limitBytes = 1L << 30)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limitBytes, ReservedBytes / 2);
        limit = limitBytes;
        Base = reservation.Start;
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            file = new OsMemory.SharedFile("bytevm-metadata", executable: false);
            // Mapped as a whole: the file grows beneath the mapping, and beyond its end every access faults.
            file.MapOver(Base, ReservedBytes, SharedAccess.ReadWrite);
            file.Seal(FileSeals.FutureWrite | FileSeals.Shrink);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public byte* Base { get; }

    /// <summary>End of what is allocated.</summary>
    public uint Used => Volatile.Read(ref used);

    /// <summary>What a worker process maps.</summary>
    [SupportedOSPlatform("linux")]
    internal SharedRange Shared => new(file!.Descriptor, (ulong)Base, ReservedBytes, SharedAccess.Read);

    /// <summary>Allocates zeroed bytes at a multiple of 8.</summary>
    /// <returns>The offset from <see cref="Base"/>, never 0.</returns>
    public uint Allocate(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (gate)
        {
            uint offset = used;
            long end = ObjectLayout.Align(offset + (long)bytes);
            if (end > limit)
                throw new OutOfNativeMemoryException($"the program's metadata would exceed its limit of {limit:N0} bytes");
            if (end > committed)
                CommitTo(end);
            Volatile.Write(ref used, (uint)end);
            return offset;
        }
    }

    /// <summary>The value at an offset from <see cref="Allocate"/>.</summary>
    public ref T At<T>(uint offset) where T : unmanaged => ref *Pointer<T>(offset);

    /// <summary>As <see cref="At"/>, as a pointer; it stays valid while the region lives.</summary>
    public T* Pointer<T>(uint offset) where T : unmanaged
    {
        if (offset < FirstOffset || offset + (long)sizeof(T) > Used)
            throw new ArgumentOutOfRangeException(nameof(offset), $"no allocated metadata of {sizeof(T)} bytes at offset 0x{offset:X}");
        return (T*)(Base + offset);
    }

    /// <summary>
    /// Declares that a complete descriptor lies at <paramref name="offset"/>, after checking it. Only published descriptors are
    /// accepted in object headers, so a linker publishes each one before the first object of its type is made, and leaves it unchanged.
    /// </summary>
    public void PublishDescriptor(uint offset)
    {
        if (offset % ObjectLayout.Alignment != 0)
            throw new ArgumentException($"descriptor offset 0x{offset:X} is not a multiple of {ObjectLayout.Alignment}", nameof(offset));
        DescriptorRules.Check(Pointer<TypeDescriptor>(offset), offset, Used);
        lock (gate)
        {
            descriptorStarts[offset >> 9] |= 1UL << (int)(offset >> 3);
        }
    }

    /// <summary>The published descriptor at an offset that came from untrusted memory, or null when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TypeDescriptor* PublishedDescriptor(uint offset)
    {
        ulong[] starts = descriptorStarts;
        uint word = offset >> 9;
        if ((offset & 7) != 0 || word >= (uint)starts.Length || (starts[word] >> (int)(offset >> 3) & 1) == 0)
            return null;
        return (TypeDescriptor*)(Base + offset);
    }

    public void Dispose()
    {
        reservation.Dispose();
        if (OperatingSystem.IsLinux())
            file?.Dispose();
    }

    private void CommitTo(long end)
    {
        long bytes = Math.Max(FirstChunkBytes, committed);
        while (bytes < end)
            bytes *= 2;
        if (file is not null && OperatingSystem.IsLinux())
            file.Grow(bytes);
        else
            OsMemory.Commit(Base + committed, bytes - committed);
        committed = bytes;

        ulong[] wider = new ulong[bytes / (8 * 64)];
        descriptorStarts.CopyTo(wider, 0);
        Volatile.Write(ref descriptorStarts, wider);
    }
}
