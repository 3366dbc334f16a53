using System.Text;
using ByteVm.Runtime.Execution.Exceptions;

namespace ByteVm.Runtime.Execution.Services;

internal static unsafe partial class Services
{
    private static FaultKind ThrowLocal(in ServiceCall call)
    {
        if (call.A == 0)
            return FaultKind.NullReference;
        Instance instance = call.Instance;
        int handle = instance.Handles.Count;
        instance.Handles.Add((ulong)call.A);
        StackTraces.Note(instance, handle);
        instance.Handles.RemoveAt(handle);
        return FaultKind.None;
    }

    private static FaultKind ExceptionTrace(in ServiceCall call)
    {
        if (call.B == 0)
            return FaultKind.NullReference;
        // Checks that it is an exception: the trace is read at an offset of its class.
        if (!call.Instance.TypeOf((uint)call.B).IsAssignableTo(call.Instance.Program.Exceptions!.Root))
            throw new GuestLostException("it asked for the trace of what is no exception");
        return call.ReturnNew(call.Instance.NewString(Encoding.UTF8.GetBytes(StackTraces.Text(call.Instance, (uint)call.B))));
    }
}
