namespace ByteVm.Runtime.Execution.Imports;

/// <summary>Performs a host operation: reads its arguments from the call and sets its result there.</summary>
internal delegate void HostHandler(in HostCall call);

/// <summary>What a module may import: name, signature, and the capability an instance must have been granted.</summary>
/// <param name="Signature">Types as the guest names them: "(string, i32) -> u8[]", without the arrow when there is no result.</param>
/// <param name="Capability">Empty when none is needed.</param>
internal sealed record HostOperation(string Name, string Signature, string Capability, HostHandler Handler);

/// <summary>An operation that failed in a way the guest may learn of. The message names things as the guest does.</summary>
internal sealed class HostFaultException(FaultKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public FaultKind Kind => kind;
}
