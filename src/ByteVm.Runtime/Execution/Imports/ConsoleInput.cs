using System.Text;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>A guest's input: bytes of the console, and lines cut from the same bytes.</summary>
/// <param name="waiting">Called before the console may have to wait, so that what was asked can be read.</param>
/// <param name="longestLine">Most bytes of a line.</param>
internal sealed class ConsoleInput(GuestConsole console, Action waiting, long longestLine)
{
    private const int Capacity = 32 * 1024;

    private byte[] buffer = [];
    private int start;
    private int end;
    private bool ended;

    /// <returns>How many bytes there were, at most as many as fit; 0 at the end of the input.</returns>
    public int Read(Span<byte> target)
    {
        if (start == end && !Fill())
            return 0;
        int count = Math.Min(target.Length, end - start);
        buffer.AsSpan(start, count).CopyTo(target);
        start += count;
        return count;
    }

    /// <summary>The next line without its end, LF or CRLF; null when there is none.</summary>
    public string? ReadLine()
    {
        int searched = 0;
        while (true)
        {
            int at = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (at >= 0)
                return TakeLine(searched + at, 1);
            searched = end - start;
            if (searched > longestLine)
                throw new HostFaultException(FaultKind.HostError, $"cannot read from the console: a line of more than {longestLine:N0} bytes exceeds the memory limit");
            if (!Fill())
                return searched == 0 ? null : TakeLine(searched, 0);
        }
    }

    private string TakeLine(int length, int endLength)
    {
        ReadOnlySpan<byte> line = buffer.AsSpan(start, length);
        start += length + endLength;
        return Encoding.UTF8.GetString(endLength > 0 && line.EndsWith("\r"u8) ? line[..^1] : line);
    }

    /// <returns>False at the end of the input.</returns>
    private bool Fill()
    {
        if (ended)
            return false;
        MakeRoom();
        waiting();
        int count = Receive();
        end += count;
        ended = count == 0;
        return !ended;
    }

    private int Receive()
    {
        try
        {
            return console.Read(buffer.AsSpan(end));
        }
        catch (Exception e)
        {
            throw new HostFaultException(FaultKind.HostError, $"cannot read from the console: {e.Message}", e);
        }
    }

    private void MakeRoom()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        if (end == buffer.Length)
            Array.Resize(ref buffer, Math.Max(Capacity, 2 * buffer.Length));
    }
}
