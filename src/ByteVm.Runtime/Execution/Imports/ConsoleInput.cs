using System.Text;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// A guest's input: bytes of the console, and lines cut from the same bytes. Where there are none yet, the guest waits for <see cref="Fill"/>: the
/// console is read on a thread of its own, and a reading that is not waited for any more, because the guest was stopped, is there for the next who asks.
/// </summary>
/// <param name="waiting">Called before the console may have to wait, so that what was asked can be read.</param>
/// <param name="longestLine">Most bytes of a line.</param>
internal sealed class ConsoleInput(GuestConsole console, Action waiting, long longestLine)
{
    private const int Capacity = 32 * 1024;

    private byte[] incoming = [];
    private byte[] buffer = [];
    private int start;
    private int end;
    private bool ended;
    private Task<int>? filling;

    /// <param name="count">How many bytes there were, at most as many as fit; 0 at the end of the input.</param>
    /// <returns>False when the input must be filled first.</returns>
    public bool TryRead(Span<byte> target, out int count)
    {
        TakeFilling();
        count = Math.Min(target.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(target);
        start += count;
        return count > 0 || ended || target.Length == 0;
    }

    /// <param name="line">The next line without its end, LF or CRLF; null when there is none.</param>
    /// <returns>False when the input must be filled first.</returns>
    public bool TryReadLine(out string? line)
    {
        TakeFilling();
        ReadOnlySpan<byte> left = buffer.AsSpan(start, end - start);
        int at = left.IndexOf((byte)'\n');
        line = at >= 0 ? TakeLine(at, 1)
            : ended && left.Length > 0 ? TakeLine(left.Length, 0)
            : null;
        if (line is null && left.Length > longestLine)
            throw new HostFaultException(FaultKind.HostError, $"cannot read from the console: a line of more than {longestLine:N0} bytes exceeds the memory limit");
        return line is not null || ended;
    }

    /// <summary>Ends when there is more input, or no more.</summary>
    public Task Fill()
    {
        waiting();
        if (incoming.Length == 0)
            incoming = new byte[Capacity];
        return filling ??= Start(() => console.Read(incoming));
    }

    private Task<int> Start(Func<int> read)
    {
        var reading = new Task<int>(read, TaskCreationOptions.LongRunning);
        if (console.NeverWaits)
            reading.RunSynchronously(TaskScheduler.Default);
        else
            reading.Start(TaskScheduler.Default);
        return reading;
    }

    private string TakeLine(int length, int endLength)
    {
        ReadOnlySpan<byte> line = buffer.AsSpan(start, length);
        start += length + endLength;
        return Encoding.UTF8.GetString(endLength > 0 && line.EndsWith("\r"u8) ? line[..^1] : line);
    }

    private void TakeFilling()
    {
        if (filling is not { IsCompleted: true } filled)
            return;
        filling = null;
        try
        {
            Add(incoming.AsSpan(0, filled.GetAwaiter().GetResult()));
        }
        catch (Exception e)
        {
            throw new HostFaultException(FaultKind.HostError, $"cannot read from the console: {e.Message}", e);
        }
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        ended = bytes.Length == 0;
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        if (buffer.Length - end < bytes.Length)
            Array.Resize(ref buffer, Math.Max(end + bytes.Length, 2 * buffer.Length));
        bytes.CopyTo(buffer.AsSpan(end));
        end += bytes.Length;
    }
}
