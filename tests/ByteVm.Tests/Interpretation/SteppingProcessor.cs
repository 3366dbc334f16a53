using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Interpretation;

/// <summary>The interpreter in its trampoline form: one instruction at a time.</summary>
internal sealed unsafe class SteppingProcessor : IProcessor
{
    private readonly InterpreterProcessor interpreter = new();

    public string Name => "stepping interpreter";

    public void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments) => interpreter.Enter(instance, function, arguments);

    public Trap Run(Instance instance) => interpreter.Run(instance, StepToTrap);

    public void GoTo(Instance instance, long* frame, CodeLocation location) => interpreter.GoTo(instance, frame, location);

    public bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call) => interpreter.TryLocateReturn(instance, returnAddress, out call);

    private static void StepToTrap(InstanceContext* context) => HandlerTable.Run(context, tailCalls: false);
}
