namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// Collects a guest's output. It reaches the console when the buffer is full, at the end of a line when somebody watches, before
/// anything is read or written to the error output, and when a call into the guest ends, however it ends.
/// </summary>
internal sealed class ConsoleBuffer(GuestConsole console, long? limit)
{
    private const int Capacity = 32 * 1024;

    private byte[] buffer = [];
    private int used;
    private long written;

    public void Write(ReadOnlySpan<byte> utf8)
    {
        Charge(utf8.Length);
        if (utf8.Length > Capacity - used)
            Flush();
        if (utf8.Length > Capacity)
        {
            Send(utf8, toError: false);
            return;
        }

        EnsureRoom(used + utf8.Length);
        utf8.CopyTo(buffer.AsSpan(used));
        used += utf8.Length;
        if (console.IsInteractive && utf8.Contains((byte)'\n'))
            Flush();
    }

    public void WriteError(ReadOnlySpan<byte> utf8)
    {
        Charge(utf8.Length);
        Flush();
        Send(utf8, toError: true);
    }

    public void Flush()
    {
        int count = used;
        // Reset first: what a broken console refuses once is not offered again.
        used = 0;
        if (count > 0)
            Send(buffer.AsSpan(0, count), toError: false);
    }

    private void Send(ReadOnlySpan<byte> utf8, bool toError)
    {
        try
        {
            if (toError)
                console.WriteError(utf8);
            else
                console.Write(utf8);
        }
        catch (Exception e)
        {
            throw new HostFaultException(FaultKind.HostError, $"cannot write to the console: {e.Message}", e);
        }
    }

    private void Charge(int bytes)
    {
        if (limit - written < bytes)
            throw new HostFaultException(FaultKind.LimitExceeded, $"more than {limit:N0} bytes of output");
        written += bytes;
    }

    private void EnsureRoom(int bytes)
    {
        if (bytes > buffer.Length)
            Array.Resize(ref buffer, Math.Min(Capacity, Math.Max(bytes, 2 * buffer.Length)));
    }
}
