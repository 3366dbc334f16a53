namespace ByteVm.Runtime.Execution;

/// <summary>How a call into the guest ended, in one of three ways; or that it has not, because the guest waits.</summary>
internal readonly record struct Outcome
{
    /// <summary>The raw result of a call that returned.</summary>
    public long Result { get; private init; }

    /// <summary>Set when the guest called <c>process.exit</c>.</summary>
    public int? ExitCode { get; private init; }

    public GuestFault? Fault { get; private init; }

    /// <summary>Set when the guest is parked until this task ends or the guest is stopped: <see cref="InstanceMonitor.Continue"/> goes on.</summary>
    public Task? Waiting { get; private init; }

    public static Outcome Returned(long result) => new() { Result = result };

    public static Outcome Exited(int code) => new() { ExitCode = code };

    public static Outcome WaitingFor(Task task) => new() { Waiting = task };

    public static Outcome Faulted(GuestFault fault) => new() { Fault = fault };
}
