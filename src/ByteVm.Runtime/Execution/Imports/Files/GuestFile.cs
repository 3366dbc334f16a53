using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>A file that a guest has open, with its position. Unbuffered: what was written is with the system.</summary>
/// <param name="path">As the guest wrote it.</param>
internal sealed class GuestFile(string path, SafeFileHandle file, FileUse use) : IHostResource
{
    private const int ReadAllChunk = 64 * 1024;

    private long position;

    public string Kind => "file";

    private bool IsReadable => use == FileUse.Read;

    /// <summary>In bytes, now.</summary>
    public long Length => Guard("read", () => RandomAccess.GetLength(file));

    /// <returns>How many bytes were read; 0 at the end of the file.</returns>
    public int Read(Span<byte> buffer)
    {
        if (!IsReadable)
            throw FileFailure.Of("read", path, "it was opened to be written");
        try
        {
            int count = RandomAccess.Read(file, buffer, position);
            position += count;
            return count;
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Of("read", path, e);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (IsReadable)
            throw FileFailure.Of("write", path, "it was opened to be read");
        try
        {
            long at = use == FileUse.Append ? RandomAccess.GetLength(file) : position;
            RandomAccess.Write(file, bytes, at);
            position = at + bytes.Length;
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Of("write", path, e);
        }
    }

    /// <summary>Moves the position, also beyond the end.</summary>
    /// <param name="origin">0 the beginning, 1 the position, 2 the end.</param>
    /// <returns>The new position.</returns>
    public long Seek(long offset, int origin)
    {
        long from = origin switch
        {
            0 => 0,
            1 => position,
            2 => Length,
            _ => throw FileFailure.Of("seek in", path, $"{origin} is no origin; there are 0, 1 and 2"),
        };
        if (offset < -from || offset > long.MaxValue - from)
            throw FileFailure.Of("seek in", path, $"{offset:N0} from {from:N0} is no position");
        return position = from + offset;
    }

    /// <summary>The whole content; a file of the kind that /proc has says that its length is 0 and still has some.</summary>
    /// <param name="limit">Most bytes.</param>
    public byte[] ReadAll(long limit)
    {
        long length = Length;
        byte[] bytes = new byte[length <= limit ? length : throw TooLarge(length, limit)];
        int count = ReadFully(bytes);
        if (count < bytes.Length)
            return bytes[..count];
        using var rest = new MemoryStream();
        byte[] chunk = new byte[ReadAllChunk];
        for (int more = Read(chunk); more > 0; more = Read(chunk))
        {
            rest.Write(chunk, 0, more);
            if (count + rest.Length > limit)
                throw TooLarge(count + rest.Length, limit);
        }

        return rest.Length == 0 ? bytes : [.. bytes, .. rest.ToArray()];
    }

    public void Dispose() => file.Dispose();

    private int ReadFully(Span<byte> buffer)
    {
        int count = 0;
        for (int read = -1; count < buffer.Length && read != 0; count += read)
            read = Read(buffer[count..]);
        return count;
    }

    private HostFaultException TooLarge(long length, long limit) => FileFailure.Of("read", path, $"its {length:N0} bytes exceed the memory limit of {limit:N0}");

    private T Guard<T>(string verb, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Of(verb, path, e);
        }
    }
}
