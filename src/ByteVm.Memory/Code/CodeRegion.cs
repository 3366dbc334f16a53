using System.Runtime.Versioning;

namespace ByteVm.Memory;

/// <summary>Room for machine code: where it is written and where it runs.</summary>
public readonly unsafe struct CodeBlock
{
    private readonly byte* writable;

    internal CodeBlock(byte* writable, ulong address, int bytes)
    {
        this.writable = writable;
        Address = address;
        Length = bytes;
    }

    /// <summary>Execution address; multiple of the alignment asked for.</summary>
    public ulong Address { get; }

    public int Length { get; }

    /// <summary>The same bytes, writable. Filled with int3 until written.</summary>
    public Span<byte> Writable => new(writable, Length);
}

/// <summary>
/// The machine code of one program: shared memory mapped twice, executable inside the <see cref="CodeSpace"/> and writable elsewhere; no
/// mapping is ever both, and the file is sealed so that no further writable mapping can be made of it, by whomever. Every byte that is not code is int3 (0xCC), so that a wild jump traps at once. Thread-safe.
/// Publish code by one store to a function entry, never by changing code that may be running; free it only when no frame can be in it.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class CodeRegion : IDisposable
{
    public const long DefaultLimit = 64L << 20;

    /// <summary>Largest limit: any two places in the region are within the reach of a 32-bit relative branch.</summary>
    public const long MaxLimit = 1L << 30;

    private const int Int3 = 0xCC;
    private const int MinAlignment = 16;
    private const long FirstStep = 64 * 1024;
    private const long LargestStep = 1 << 20;

    private readonly Lock gate = new();
    private readonly ExtentAllocator free = new();
    private readonly OsMemory.SharedFile file;
    private readonly Reservation writeView;
    private readonly byte* executable;
    private readonly long limit;
    private bool disposed;

    /// <param name="limitBytes">Most bytes of code, rounded up to pages.</param>
    public CodeRegion(long limitBytes = DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limitBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limitBytes, MaxLimit);
        limit = OsMemory.RoundUpToPages(limitBytes);
        executable = CodeSpace.Take(ReservedBytes);
        try
        {
            writeView = new Reservation(limit);
            file = new OsMemory.SharedFile("bytevm-code", executable: true);
            // Both mappings cover the limit from the start; the file grows beneath them, and beyond its end they fault.
            file.MapOver(writeView.Start, limit, SharedAccess.ReadWrite);
            file.MapOver(executable, limit, SharedAccess.ReadExecute);
            file.Seal(FileSeals.FutureWrite | FileSeals.Shrink);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Bytes in use, padding included.</summary>
    public long UsedBytes
    {
        get
        {
            lock (gate)
            {
                return file.Bytes - free.FreeBytes;
            }
        }
    }

    /// <summary>What a worker process maps.</summary>
    internal SharedRange Shared => new(file.Descriptor, (ulong)executable, limit, SharedAccess.ReadExecute);

    /// <summary>One page more than the limit stays unmapped, so that code never runs on into the next program's.</summary>
    private long ReservedBytes => limit + OsMemory.PageBytes;

    /// <summary>Whether an address lies in this program's code.</summary>
    public bool Contains(ulong address) => address - (ulong)executable < (ulong)limit;

    /// <summary>Takes room for code.</summary>
    /// <param name="bytes">Length of the code.</param>
    /// <param name="alignment">Of the execution address: a power of two from 16 to the page size.</param>
    /// <exception cref="OutOfNativeMemoryException">The limit is reached, or the system has no memory.</exception>
    public CodeBlock Allocate(int bytes, int alignment = MinAlignment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        if (alignment < MinAlignment || alignment > OsMemory.PageBytes || !int.IsPow2(alignment))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "not a power of two between 16 and the page size");
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            long offset = free.Take(Rounded(bytes), alignment);
            if (offset < 0)
            {
                Grow(Rounded(bytes) + alignment - MinAlignment);
                offset = free.Take(Rounded(bytes), alignment);
            }
            return offset >= 0
                ? new CodeBlock(writeView.Start + offset, (ulong)executable + (ulong)offset, bytes)
                : throw new OutOfNativeMemoryException($"the program's machine code would exceed its limit of {limit:N0} bytes");
        }
    }

    /// <summary>Gives room back. No thread may be in the code, nor return to it.</summary>
    public void Free(CodeBlock block)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            block.Writable.Fill(Int3);
            free.Add((long)(block.Address - (ulong)executable), Rounded(block.Length));
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            OsMemory.SharedFile.Unmap(executable, limit);
            CodeSpace.Return(executable, ReservedBytes);
            writeView?.Dispose();
            file?.Dispose();
        }
    }

    private static long Rounded(int bytes) => (bytes + (MinAlignment - 1L)) & -MinAlignment;

    private void Grow(long needed)
    {
        long old = file.Bytes;
        long step = Math.Clamp(old, FirstStep, LargestStep);
        long bytes = Math.Min(limit, OsMemory.RoundUpToPages(old + Math.Max(step, needed)));
        if (bytes == old)
            return;
        file.Grow(bytes);
        new Span<byte>(writeView.Start + old, (int)(bytes - old)).Fill(Int3);
        free.Add(old, bytes - old);
    }
}
