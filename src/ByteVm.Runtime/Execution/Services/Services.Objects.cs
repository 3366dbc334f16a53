using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Services;

internal static unsafe partial class Services
{
    /// <summary>Objects without an identity of their own: strings hash by content, arrays by length.</summary>
    private static FaultKind IdentityHash(in ServiceCall call)
    {
        uint reference = (uint)call.B;
        if (reference == 0)
            return FaultKind.NullReference;
        LinkedTypeKind kind = call.Instance.TypeOf(reference).Kind;
        if (kind == LinkedTypeKind.String)
            return StringHash(call);
        if (kind == LinkedTypeKind.Array)
            return call.Return(call.Instance.Objects.Length(reference));
        ref uint cell = ref call.Instance.Objects.IdentityCell(reference);
        uint identity = cell;
        if (identity == 0)
            cell = identity = call.Instance.NextIdentityHash();
        return call.Return(identity);
    }

    private static FaultKind IsType(in ServiceCall call) =>
        call.Return((uint)call.B is uint reference and not 0 && IsInstance(call, reference) ? 1 : 0);

    private static FaultKind CastType(in ServiceCall call) =>
        (uint)call.A is uint reference and not 0 && !IsInstance(call, reference) ? FaultKind.InvalidCast : FaultKind.None;

    /// <summary>The slow path of allocation: the engine's buffer was too short.</summary>
    private static FaultKind NewObject(in ServiceCall call)
    {
        uint descriptor = (uint)call.Instruction.Word;
        return call.ReturnNew(call.Instance.Allocate(descriptor, 0, call.Instance.Program.Metadata.At<TypeDescriptor>(descriptor).Size));
    }

    private static FaultKind NewElements(in ServiceCall call)
    {
        int length = (int)call.B;
        return length < 0 ? FaultKind.NegativeArrayLength : call.ReturnNew(call.Instance.AllocateArray((uint)call.Instruction.Extension, length));
    }

    private static FaultKind CallImport(in ServiceCall call) => call.Instance.Imports[call.Instruction.Word].Invoke(call);

    private static bool IsInstance(in ServiceCall call, uint reference)
    {
        Program program = call.Instance.Program;
        return call.Instance.TypeOf(reference).IsAssignableTo(program.TypeAt((int)call.Instruction.Extension));
    }
}
