using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Faults;

/// <summary>One line about a trap, for tracing: kind, instruction or host operation, place.</summary>
internal static class TrapText
{
    public static string Of(Instance instance)
    {
        Trap trap = instance.Trap;
        string what = trap.Kind switch
        {
            TrapKind.Service => ServiceText(instance),
            TrapKind.Fault => $"fault {FaultMessage.NameOf(trap.Fault)}",
            TrapKind kind => kind.ToString().ToLowerInvariant(),
        };
        return PlainText.Of($"trap: {what} in {trap.Location.Function.Name}{Place(instance)}");
    }

    private static string ServiceText(Instance instance)
    {
        LinkedInstruction instruction = instance.Trap.Location.Function.InstructionAt(instance.Trap.Location.Word);
        return instruction.Opcode == LinkedOpcode.CallImport
            ? $"import {instance.Program.Module.Imports[instruction.Word].Name}"
            : $"service {instruction.Opcode.Info().Mnemonic}";
    }

    private static string Place(Instance instance) =>
        SourceMap.PositionOf(instance.Trap.Location) is { } position
            ? $" ({instance.Program.Module.SourceFiles[position.File]}:{position.Line}:{position.Column})"
            : "";
}
