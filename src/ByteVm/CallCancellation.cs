using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Limits;

namespace ByteVm;

/// <summary>The token of one call: it stops that call, and when it comes too late no other.</summary>
internal readonly struct CallCancellation : IDisposable
{
    private readonly Instance instance;
    private readonly CancellationTokenRegistration registration;

    public CallCancellation(Instance instance, CancellationToken token)
    {
        this.instance = instance;
        registration = token.UnsafeRegister(static i => ((Instance)i!).Interrupt(StopReason.CallCancelled), instance);
    }

    public void Dispose()
    {
        // Waits for a cancellation that is under way.
        registration.Dispose();
        if (instance.StopReason == StopReason.CallCancelled)
            instance.ArmPolls();
    }
}
