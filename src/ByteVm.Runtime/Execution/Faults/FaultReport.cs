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
        (List<GuestStackFrame> frames, int omitted, int omittedAfter) = Walk(instance);
        var fault = new GuestFault
        {
            Kind = kind,
            Message = FaultMessage.Of(instance, kind),
            Frames = frames,
            OmittedFrames = omitted,
            OmittedAfter = omittedAfter,
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
        (List<GuestStackFrame> Frames, int Omitted, int OmittedAfter) here = frames.Count > 0 ? (frames, 0, 0) : Walk(instance);
        return new GuestFault
        {
            Kind = kind,
            Message = PlainText.Of(kind != FaultKind.UncaughtException ? message : message.Length == 0 ? $"uncaught {type.Name}" : $"uncaught {type.Name}: {message}"),
            ExceptionType = type.Name,
            ExceptionMessage = message,
            Frames = here.Frames,
            OmittedFrames = here.Omitted,
            OmittedAfter = here.OmittedAfter,
        };
    }

    private static (List<GuestStackFrame> Frames, int Omitted, int OmittedAfter) Walk(Instance instance)
    {
        var inner = new List<GuestStackFrame>();
        var outer = new Queue<CodeLocation>();
        int omitted = 0;
        var walker = new FrameWalker(instance);
        while (walker.MoveNext())
        {
            if (inner.Count < InnerFrames)
            {
                inner.AddRange(Describe(instance.Program.Module, walker.Location));
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
            inner.AddRange(Describe(instance.Program.Module, entry));
        int omittedAfter = omitted > 0 ? inner.Count : 0;
        inner.AddRange(outer.SelectMany(location => Describe(instance.Program.Module, location)));
        return (inner, omitted, omittedAfter);
    }

    /// <summary>The frames of a place, innermost first: those of the functions that the compiler put there, and the function's own.</summary>
    public static IEnumerable<GuestStackFrame> Describe(Module module, CodeLocation location)
    {
        if (SourceMap.PositionOf(location) is not { } position)
        {
            yield return new GuestStackFrame(PlainText.Of(location.Function.Name), null, 0, 0);
            yield break;
        }

        (int file, int line, int column, int inlined) = (position.File, position.Line, position.Column, position.Inlined);
        while (inlined >= 0)
        {
            InlinedCall call = location.Function.Source.InlinedCalls[inlined];
            yield return Frame(module, call.Callee, file, line, column);
            (file, line, column, inlined) = (call.File, call.Line, call.Column, call.Outer);
        }

        yield return Frame(module, location.Function.Name, file, line, column);
    }

    private static GuestStackFrame Frame(Module module, string function, int file, int line, int column) =>
        new(PlainText.Of(function), PlainText.Of(module.SourceFiles[file]), line, column);
}
