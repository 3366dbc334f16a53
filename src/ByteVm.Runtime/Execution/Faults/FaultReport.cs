using ByteVm.Bytecode;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Faults;

/// <summary>Makes the <see cref="GuestFault"/> of a stopped instance.</summary>
internal static class FaultReport
{
    private const int InnerFrames = 40;
    private const int OuterFrames = 10;

    public static GuestFault Make(Instance instance, FaultKind kind)
    {
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

    private static GuestStackFrame Describe(Module module, CodeLocation location)
    {
        SourcePosition? position = SourceMap.PositionOf(location);
        return position is { } p
            ? new GuestStackFrame(location.Function.Name, module.SourceFiles[p.File], p.Line, p.Column)
            : new GuestStackFrame(location.Function.Name, null, 0, 0);
    }
}
