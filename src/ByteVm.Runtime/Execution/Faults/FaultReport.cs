using ByteVm.Bytecode;
using ByteVm.Runtime.Execution.Exceptions;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Faults;

/// <summary>Makes the <see cref="GuestFault"/> of a stopped instance.</summary>
internal static class FaultReport
{
    private const int InnerFrames = 40;
    private const int OuterFrames = 10;

    public static GuestFault Make(Instance instance, FaultKind kind)
    {
        if (kind == FaultKind.UncaughtException)
            return OfException(instance);
        (List<GuestStackFrame> frames, int omitted) = Walk(instance);
        var fault = new GuestFault
        {
            Kind = kind,
            Message = FaultMessage.Of(instance, kind),
            Frames = frames,
            OmittedFrames = omitted,
            OmittedAfter = omitted > 0 ? InnerFrames : 0,
            HostException = instance.HostException,
        };
        instance.FaultDetail = null;
        instance.HostException = null;
        return fault;
    }

    /// <summary>
    /// Of an exception that was thrown before, the frames of the first time. A fault that was only passed on, by a <c>finally</c> for example, reads
    /// as if nothing had caught it.
    /// </summary>
    private static GuestFault OfException(Instance instance)
    {
        LinkedType type = ThrownException.TypeOf(instance);
        FaultKind kind = StackTraces.KindOf(instance, ThrownException.Of(instance));
        string message = ThrownException.Message(instance);
        List<GuestStackFrame> frames = StackTraces.Read(instance, ThrownException.Of(instance));
        (List<GuestStackFrame> Frames, int Omitted) here = frames.Count > 0 ? (frames, 0) : Walk(instance);
        return new GuestFault
        {
            Kind = kind,
            Message = PlainText.Of(kind != FaultKind.UncaughtException ? message : message.Length == 0 ? $"uncaught {type.Name}" : $"uncaught {type.Name}: {message}"),
            ExceptionType = type.Name,
            ExceptionMessage = message,
            Frames = here.Frames,
            OmittedFrames = here.Omitted,
            OmittedAfter = here.Omitted > 0 ? InnerFrames : 0,
        };
    }

    private static (List<GuestStackFrame> Frames, int Omitted) Walk(Instance instance)
    {
        var inner = new List<GuestStackFrame>();
        var outer = new Queue<CodeLocation>();
        int omitted = 0;
        var walker = new FrameWalker(instance);
        while (walker.MoveNext())
        {
            if (inner.Count < InnerFrames)
            {
                inner.Add(Describe(instance.Program.Module, walker.Location));
                continue;
            }

            outer.Enqueue(walker.Location);
            if (outer.Count > OuterFrames)
            {
                outer.Dequeue();
                omitted++;
            }
        }

        // The function that was called first may have got no frame.
        if (inner.Count == 0 && instance.Trap.Location is { Function: not null } entry)
            inner.Add(Describe(instance.Program.Module, entry));
        inner.AddRange(outer.Select(location => Describe(instance.Program.Module, location)));
        return (inner, omitted);
    }

    public static GuestStackFrame Describe(Module module, CodeLocation location)
    {
        SourcePosition? position = SourceMap.PositionOf(location);
        return position is { } p
            ? new GuestStackFrame(PlainText.Of(location.Function.Name), PlainText.Of(module.SourceFiles[p.File]), p.Line, p.Column)
            : new GuestStackFrame(PlainText.Of(location.Function.Name), null, 0, 0);
    }
}
