using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution.Exceptions;
using ByteVm.Runtime.Execution.Faults;
using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Execution.Limits;
using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// The monitor of one instance: run until the next trap, look at it, emulate, resume. It keeps nothing of the guest on its own stack
/// between two runs, and never runs a guest inside of a guest.
/// </summary>
internal sealed unsafe partial class InstanceMonitor(Instance instance)
{
    private readonly long[] trapCounts = new long[(int)TrapKind.HardwareFault + 1];

    private readonly ExceptionDispatcher exceptions = new(instance);

    /// <summary>A service that found too little fuel: done first when the guest is resumed.</summary>
    private bool servicePending;

    private bool resumable;

    private readonly TrapRate? trapRate = instance.Options.Limits.TrapsPerSecond is { } limit ? new TrapRate(limit, instance.Options.Time) : null;

    /// <summary>Set when the guest's process is gone: what every further call ends with.</summary>
    private Outcome? lost;

    public long TrapCount(TrapKind kind) => trapCounts[(int)kind];

    /// <summary>Calls a function on the empty guest stack and runs it to its end, or until it waits for something outside.</summary>
    /// <param name="arguments">One raw value per parameter slot; references are valid as nothing allocates in between.</param>
    public Outcome Begin(LinkedFunction function, ReadOnlySpan<long> arguments)
    {
        if (lost is { } end)
            return end;
        instance.Program.Link(function);
        instance.ResetStack();
        try
        {
            instance.Processor.Enter(instance, function, arguments);
        }
        catch (OutOfNativeMemoryException e)
        {
            instance.FaultDetail = e.Message;
            instance.Trap = new Trap { Kind = TrapKind.Fault, Location = new CodeLocation(function, 0) };
            return Finish(Fail(FaultKind.LimitExceeded));
        }

        servicePending = false;
        return RunWatched();
    }

    /// <summary>Goes on after the fuel ran out, to the end or until the guest waits.</summary>
    public Outcome BeginResume() => resumable
        ? RunWatched()
        : throw new InvalidOperationException("There is nothing to resume: the last call did not end for want of fuel.");

    private Outcome RunToPause()
    {
        try
        {
            return RunUntilEnd();
        }
        catch (Exception e) when (IsGuestLost(e))
        {
            return Finish(Lose(e));
        }
    }

    /// <summary>
    /// In a process of its own a guest may have broken out of all rules of code; then whatever the host stumbles over while it reads the guest's
    /// memory is the guest's doing and its end. In this process such a thing is a defect of ByteVm and nobody's to hide.
    /// </summary>
    public bool IsGuestLost(Exception e) =>
        instance.Options.Isolation == IsolationLevel.Process && e is not (LinkException or InsufficientExecutionStackException or OutOfMemoryException);

    /// <summary>Ends the guest for good, after an exception for which <see cref="IsGuestLost"/> holds.</summary>
    public Outcome Lose(Exception e)
    {
        (instance.ProcessorState as IGuestProcess)?.Kill();
        instance.Trap = default;
        FaultKind kind = instance.StopRequested ? StopFault() : FaultKind.WorkerDied;
        instance.FaultDetail ??= kind == FaultKind.WorkerDied ? WithoutParameter(e) : null;
        Outcome outcome = Outcome.Faulted(FaultReport.Make(instance, kind));
        lost = outcome;
        return outcome;
    }

    /// <summary>.NET adds the name of a parameter of the host's, which says nothing to who reads of a guest.</summary>
    private static string WithoutParameter(Exception e) =>
        e is ArgumentException { ParamName: { } name } ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;

    private Outcome RunUntilEnd()
    {
        resumable = false;
        FaultKind fault = Catch(GoOn());
        while (fault == FaultKind.None && !instance.Shadow.ExitRequested && instance.Pending is null)
        {
            Trap trap = instance.Processor.Run(instance);
            if (trap.Kind == TrapKind.Returned)
                return Finish(Outcome.Returned(trap.Result));
            instance.Trap = trap;
            trapCounts[(int)trap.Kind]++;
            if (instance.Options.TraceTraps is { } trace && trap.Location.Function is not null)
                trace(TrapText.Of(instance));
            fault = trapRate is null || trapRate.Count() ? Catch(Handle(trap)) : TooManyTraps();
        }

        if (fault == FaultKind.None && instance.Pending is { } pending)
            return Park(pending);
        return Finish(fault == FaultKind.None ? Outcome.Exited(instance.Shadow.ExitCode) : Fail(fault));
    }

    private FaultKind TooManyTraps()
    {
        instance.FaultDetail = $"more than {instance.Options.Limits.TrapsPerSecond:N0} traps in a second";
        return FaultKind.LimitExceeded;
    }

    /// <returns>None when the guest goes on.</returns>
    private FaultKind Handle(in Trap trap) => trap.Kind switch
    {
        TrapKind.Service => Serve(),
        TrapKind.Interrupt => HandlePoll(),
        TrapKind.OutOfFuel => FaultKind.OutOfFuel,
        TrapKind.StackOverflow => instance.StopRequested ? StopFault() : FaultKind.StackOverflow,
        TrapKind.Fault => trap.Fault,
        _ => throw new InvalidOperationException($"the processor {instance.Processor.Name} reported a trap {trap.Kind} that is its own to handle"),
    };

    /// <summary>
    /// Sends a fault to its handler. A guest that is asked to stop stops here, too: a loop of throws has no other poll.
    /// </summary>
    private FaultKind Catch(FaultKind fault)
    {
        if (fault == FaultKind.None || !exceptions.IsCatchable(fault))
            return fault;
        if (instance.StopRequested)
            return StopFault();
        return exceptions.TryCatch(fault) ? FaultKind.None : fault;
    }

    private FaultKind HandlePoll()
    {
        if (instance.StopRequested)
            return StopFault();
        AtSafepoint();
        return FaultKind.None;
    }

    private FaultKind StopFault()
    {
        ResourceLimits limits = instance.Options.Limits;
        instance.FaultDetail = instance.StopReason switch
        {
            StopReason.WallClock => $"the call took longer than {limits.WallClock!.Value.TotalSeconds:0.###} s",
            StopReason.CpuTime => $"the call used more than {limits.CpuTime!.Value.TotalSeconds:0.###} s of CPU time",
            _ => null,
        };
        return instance.StopReason is StopReason.Requested or StopReason.CallCancelled ? FaultKind.Interrupted : FaultKind.LimitExceeded;
    }

    private FaultKind Serve()
    {
        FaultKind fault = Execute();
        servicePending = fault == FaultKind.OutOfFuel;
        if (fault == FaultKind.None)
            AtSafepoint();
        else if (fault == FaultKind.OutOfMemory)
            instance.HeapDumper?.AtOutOfMemory();
        return fault;
    }

    private void AtSafepoint()
    {
        instance.Heap.AtSafepoint(instance.Roots);
        instance.HeapDumper?.AtSafepoint();
    }

    private FaultKind Execute()
    {
        var call = new ServiceCall(instance, instance.Trap);
        instance.ArgumentsAreLive = true;
        try
        {
            if (instance.Pending is not { } pending)
                return Services.Services.Execute(call);
            instance.Pending = null;
            return pending.Import.Invoke(call, pending.Then);
        }
        catch (OutOfNativeMemoryException e)
        {
            instance.FaultDetail = e.Message;
            return FaultKind.OutOfMemory;
        }
        finally
        {
            // An operation that waits looks at its arguments again.
            instance.ArgumentsAreLive = instance.Pending is not null;
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
        try
        {
            instance.Shadow.Console.Flush();
        }
        catch (HostFaultException e) when (outcome.Fault is null)
        {
            instance.FaultDetail = e.Message;
            instance.HostException = e.InnerException;
            outcome = Fail(e.Kind);
        }
        catch (HostFaultException)
        {
            // The guest failed first: that is what its owner must hear.
        }

        if (!resumable)
            instance.Trap = default;
        return outcome;
    }
}
