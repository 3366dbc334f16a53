using System.Text;

namespace ByteVm;

/// <summary>A frame of the guest's stack at a fault.</summary>
/// <param name="Function">Name with its module and type arguments.</param>
/// <param name="File">Source file as the compiler named it; null when the module has no source map.</param>
/// <param name="Line">From 1; 0 without a source map.</param>
/// <param name="Column">From 1; 0 without a source map.</param>
public sealed record GuestStackFrame(string Function, string? File, int Line, int Column)
{
    public override string ToString() => File is null ? $"at {Function}" : $"at {Function} ({File}:{Line}:{Column})";
}

/// <summary>Why a guest ended: what happened, and where.</summary>
public sealed record GuestFault
{
    public required FaultKind Kind { get; init; }

    /// <summary>For example "index out of bounds: index 10, length 3".</summary>
    public required string Message { get; init; }

    /// <summary>The class of the exception that the guest threw and did not catch; null for a fault that was never an exception.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>The message of that exception, as the guest gave it.</summary>
    public string? ExceptionMessage { get; init; }

    /// <summary>Innermost first. Of a very deep stack both ends.</summary>
    public required IReadOnlyList<GuestStackFrame> Frames { get; init; }

    /// <summary>Frames left out after the first <see cref="OmittedAfter"/> of <see cref="Frames"/>.</summary>
    public int OmittedFrames { get; init; }

    public int OmittedAfter { get; init; }

    /// <summary>The exception of a host function, when that is the cause.</summary>
    public Exception? HostException { get; init; }

    /// <summary>Whether all that happened is that nobody reads the guest's output any more.</summary>
    public bool IsReaderGone => HostException is IOException { HResult: BrokenPipe };

    /// <summary>EPIPE, which .NET gives as it stands.</summary>
    private const int BrokenPipe = 32;

    /// <summary>As the command prints it: "fault: ..." and a line per frame.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("fault: ").Append(Message);
        for (int i = 0; i < Frames.Count; i++)
        {
            text.Append("\n    ").Append(Frames[i]);
            if (OmittedFrames > 0 && i + 1 == OmittedAfter)
                text.Append($"\n    ... {OmittedFrames:N0} more frames");
        }

        return text.ToString();
    }
}
