using ByteVm.Host.Linux;

namespace ByteVm.Host.Faults;

/// <summary>Installs the fault handler stub in front of what handles hardware faults in this process, which is usually .NET.</summary>
internal static unsafe class FaultHandlers
{
    private const int SigIll = 4, SigTrap = 5, SigBus = 7, SigFpe = 8, SigSegv = 11;

    private static readonly int[] Signals = [SigIll, SigTrap, SigBus, SigFpe, SigSegv];

    /// <summary>The previous handlers are all recorded before the first of ours can run.</summary>
    public static void Install(ulong handler, FaultHandlerState* state)
    {
        foreach (int signal in Signals)
        {
            SignalAction previous = LibC.GetAction(signal);
            state->Previous[signal] = new() { Handler = previous.Handler, Flags = previous.Flags };
        }

        foreach (int signal in Signals)
            LibC.SetAction(signal, InFrontOf(LibC.GetAction(signal), handler));
    }

    /// <summary>The previous handler's mask stays: .NET's blocks its suspension signal while it handles a fault.</summary>
    private static SignalAction InFrontOf(SignalAction previous, ulong handler) => previous with
    {
        Handler = (nint)handler,
        Flags = (previous.Flags | SignalAction.HasInfo | SignalAction.OnAlternateStack) & ~SignalAction.ResetHandler,
    };
}
