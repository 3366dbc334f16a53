namespace ByteVm;

/// <summary>A call into a guest ended with a fault, or at a limit.</summary>
public sealed class GuestFaultException(GuestFault fault) : Exception(fault.ToString(), fault.HostException)
{
    /// <summary>What happened and where.</summary>
    public GuestFault Fault => fault;

    /// <summary>Whether <see cref="GuestInstance.Resume{T}"/> can go on, once there is fuel again.</summary>
    public bool CanResume => fault.Kind == FaultKind.OutOfFuel;
}

/// <summary>A guest ended itself with <c>process.exit</c> during a call.</summary>
public sealed class GuestExitException(int exitCode) : Exception($"The guest ended itself with exit code {exitCode}.")
{
    public int ExitCode => exitCode;
}
