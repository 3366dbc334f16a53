using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>An import of a program with what performs it, for one instance.</summary>
internal sealed class BoundImport(HostOperation operation, LinkedType[] parameterTypes, LinkedType? resultType)
{
    public HostOperation Operation => operation;

    public LinkedType[] ParameterTypes => parameterTypes;

    public LinkedType? ResultType => resultType;

    /// <summary>Performs the operation. A failure of the outside world becomes a fault of the guest, and the host goes on.</summary>
    public FaultKind Invoke(in ServiceCall service) => Invoke(service, operation.Handler);

    /// <summary>Performs the operation, or the rest of it after it had to wait.</summary>
    public FaultKind Invoke(in ServiceCall service, HostHandler handler)
    {
        try
        {
            handler(new HostCall(service, this));
            return FaultKind.None;
        }
        catch (HostFaultException e)
        {
            service.Instance.HostException = e.InnerException;
            return service.Fault(e.Kind, e.Kind == FaultKind.Denied ? $"'{operation.Name}' {e.Message}" : e.Message);
        }
    }
}
