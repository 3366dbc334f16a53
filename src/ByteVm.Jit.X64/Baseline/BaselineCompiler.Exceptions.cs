using ByteVm.Jit.X64.Assembly;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using Iced.Intel;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>
/// Throws, and where the monitor makes the guest go on: the targets of handlers, which rely on nothing in registers.
/// </summary>
internal sealed partial class BaselineCompiler
{
    private void EmitThrow(in LinkedInstruction instruction)
    {
        Gpr exception = Use32(instruction.A);
        asm.Emit(Code.Test_rm32_r32, exception.Dword(), exception.Dword());
        asm.Jump(Condition.Equal, FaultLabel(FaultKind.NullReference));
        asm.Jump(FaultLabel(FaultKind.UncaughtException));
    }

    private void EmitCastFail(in LinkedInstruction instruction) => asm.Jump(FaultLabel(FaultKind.InvalidCast));

    private void MarkHandlers()
    {
        foreach (LinkedHandler handler in function.Handlers)
            MarkOpenTarget(handler.TargetWord);
    }

    private int[] HandlerOffsets() => [.. function.Handlers.Select(handler => asm.PositionOf(LabelOf(handler.TargetWord))).Distinct()];
}
