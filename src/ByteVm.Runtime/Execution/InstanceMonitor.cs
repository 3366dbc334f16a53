using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution.Faults;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// The monitor of one instance: run until the next trap, look at it, emulate, resume. It keeps nothing of the guest on its own stack
/// between two runs, and never runs a guest inside of a guest.
/// </summary>
internal sealed unsafe class InstanceMonitor(Instance instance)
{
    private readonly long[] trapCounts = new long[(int)TrapKind.HardwareFault + 1];

    /// <summary>A service that found too little fuel: done first when the guest is resumed.</summary>
    private bool servicePending;

    private bool resumable;

    public long TrapCount(TrapKind kind) => trapCounts[(int)kind];

    /// <summary>Calls a function on the empty guest stack and runs it to its end.</summary>
    /// <param name="arguments">One raw value per parameter slot; references are valid as nothing allocates in between.</param>
    public Outcome Call(LinkedFunction function, ReadOnlySpan<long> arguments)
    {
        instance.Program.Link(function);
        instance.Processor.Enter(instance, function, arguments);
        servicePending = false;
        return RunToEnd();
    }

    /// <summary>Goes on after the fuel ran out.</summary>
    public Outcome Resume() => resumable ? RunToEnd() : throw new InvalidOperationException("There is nothing to resume: the last call did not end for want of fuel.");

    private Outcome RunToEnd()
    {
        resumable = false;
        FaultKind fault = servicePending ? Serve() : FaultKind.None;
        while (fault == FaultKind.None && !instance.Shadow.ExitRequested)
        {
            Trap trap = instance.Processor.Run(instance);
            if (trap.Kind == TrapKind.Returned)
                return Finish(Outcome.Returned(trap.Result));
            instance.Trap = trap;
            trapCounts[(int)trap.Kind]++;
            if (instance.Options.TraceTraps is { } trace)
                trace(TrapText.Of(instance));
            fault = Handle(trap);
        }

        return Finish(fault == FaultKind.None ? Outcome.Exited(instance.Shadow.ExitCode) : Fail(fault));
    }

    /// <returns>None when the guest goes on.</returns>
    private FaultKind Handle(in Trap trap) => trap.Kind switch
    {
        TrapKind.Service => Serve(),
        TrapKind.Interrupt => HandlePoll(),
        TrapKind.OutOfFuel => FaultKind.OutOfFuel,
        TrapKind.StackOverflow => instance.StopRequested ? FaultKind.Interrupted : FaultKind.StackOverflow,
        TrapKind.Fault => trap.Fault,
        _ => throw new InvalidOperationException($"the processor {instance.Processor.Name} reported a trap {trap.Kind} that is its own to handle"),
    };

    private FaultKind HandlePoll()
    {
        if (instance.StopRequested)
            return FaultKind.Interrupted;
        if (instance.Options.GcStress)
            instance.Heap.Collect(instance.Roots);
        return FaultKind.None;
    }

    private FaultKind Serve()
    {
        FaultKind fault = Execute();
        servicePending = fault == FaultKind.OutOfFuel;
        if (fault == FaultKind.None && instance.Options.GcStress)
            instance.Heap.Collect(instance.Roots);
        return fault;
    }

    private FaultKind Execute()
    {
        Trap trap = instance.Trap;
        instance.ArgumentsAreLive = true;
        try
        {
            return Services.Services.Execute(new ServiceCall(instance, trap));
        }
        catch (OutOfNativeMemoryException e)
        {
            instance.FaultDetail = e.Message;
            return FaultKind.OutOfMemory;
        }
        finally
        {
            instance.ArgumentsAreLive = false;
        }
    }

    private Outcome Fail(FaultKind kind)
    {
        resumable = kind == FaultKind.OutOfFuel;
        Outcome outcome = Outcome.Faulted(FaultReport.Make(instance, kind));
        if (!resumable)
            instance.ArmPolls();
        return outcome;
    }

    private Outcome Finish(Outcome outcome)
    {
        instance.Shadow.Flush();
        if (!resumable)
            instance.Trap = default;
        return outcome;
    }
}
