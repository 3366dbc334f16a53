using System.Runtime.InteropServices;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Services;

/// <summary>
/// What the monitor does for an instruction: one method per linked opcode with the fact service, alloc (the slow path) or privileged,
/// named after it. The table is generated from the opcode table, so an opcode without its method does not compile. A service either
/// does all of its work and returns <see cref="FaultKind.None"/>, or changes nothing and returns the fault.
/// </summary>
internal static unsafe partial class Services
{
    private static readonly delegate*<in ServiceCall, FaultKind>* Table = MakeTable();

    public static FaultKind Execute(in ServiceCall call)
    {
        delegate*<in ServiceCall, FaultKind> service = Table[(int)call.Instruction.Opcode];
        return service == null ? throw new InvalidOperationException($"{call.Instruction.Opcode} is not a service") : service(call);
    }

    private static delegate*<in ServiceCall, FaultKind>* MakeTable()
    {
        nint* table = (nint*)NativeMemory.AllocZeroed((nuint)(LinkedOpcodeTable.Count * sizeof(nint)));
        Fill(table);
        return (delegate*<in ServiceCall, FaultKind>*)table;
    }

    static partial void Fill(nint* table);
}
