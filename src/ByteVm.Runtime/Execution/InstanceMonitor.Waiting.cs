using ByteVm.Runtime.Execution.Faults;
using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Execution.Limits;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// Calls that wait for something outside: a task of the embedder, a line of input. The guest is parked at its trap, where its state is complete, and the
/// monitor returns to whoever drives it. Any thread may let it go on.
/// </summary>
internal sealed unsafe partial class InstanceMonitor
{
    /// <summary>Of the call in progress, also while it waits.</summary>
    private CallWatch? watch;

    /// <summary>Calls a function on the empty guest stack and runs it to its end; this thread waits when the guest does.</summary>
    /// <param name="arguments">One raw value per parameter slot; references are valid as nothing allocates in between.</param>
    public Outcome Call(LinkedFunction function, ReadOnlySpan<long> arguments) => ToEnd(Begin(function, arguments));

    /// <summary>Goes on after the fuel ran out, as <see cref="Call"/>.</summary>
    public Outcome Resume() => ToEnd(BeginResume());

    /// <summary>Goes on with a call that waited, once its task has ended or the guest is to stop.</summary>
    public Outcome Continue() => RunSegment();

    /// <summary>Ends when the task has, or when the guest is to stop; never fails. What follows it never runs on the thread that stops the guest.</summary>
    public Task WaitFor(Task task) => task.IsCompleted ? Task.CompletedTask : task.WaitAsync(instance.StopToken).ContinueWith(
        static waited => _ = waited.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private Outcome ToEnd(Outcome outcome)
    {
        while (outcome.Waiting is { } task)
        {
            WaitFor(task).GetAwaiter().GetResult();
            outcome = Continue();
        }

        return outcome;
    }

    private Outcome RunWatched()
    {
        watch = CallWatch.Start(instance);
        return RunSegment();
    }

    /// <summary>Runs on this thread until the call ends or waits.</summary>
    private Outcome RunSegment()
    {
        bool waits = false;
        watch?.Attach();
        try
        {
            Outcome outcome = RunToPause();
            waits = outcome.Waiting is not null;
            return outcome;
        }
        finally
        {
            watch?.Detach();
            if (!waits)
            {
                watch?.Dispose();
                watch = null;
            }
        }
    }

    /// <summary>What was left undone when the guest left: a service without fuel, or an operation that waited.</summary>
    private FaultKind GoOn()
    {
        if (instance.Pending is null)
            return servicePending ? Serve() : FaultKind.None;
        if (!instance.StopRequested)
            return Serve();
        instance.Pending = null;
        instance.ArgumentsAreLive = false;
        return StopFault();
    }

    /// <summary>What the guest has written so far is shown before it waits.</summary>
    private Outcome Park(PendingOperation pending)
    {
        try
        {
            instance.Shadow.Console.Flush();
            return Outcome.WaitingFor(pending.Task);
        }
        catch (HostFaultException e)
        {
            instance.Pending = null;
            instance.ArgumentsAreLive = false;
            instance.FaultDetail = e.Message;
            instance.HostException = e.InnerException;
            return Finish(Fail(e.Kind));
        }
    }
}
