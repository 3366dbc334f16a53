using ByteVm.Bytecode;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution.Faults;

/// <summary>From a place in linked code back to what the compiler saw.</summary>
internal static class SourceMap
{
    public static Instruction ModuleInstruction(CodeLocation location) => location.Function.Source.Code[location.Function.ModulePc[location.Word]];

    /// <summary>Null when the module says nothing about the place.</summary>
    public static SourcePosition? PositionOf(CodeLocation location)
    {
        int pc = location.Function.ModulePc[location.Word];
        IReadOnlyList<SourcePosition> positions = location.Function.Source.Positions;
        int low = 0, high = positions.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (positions[middle].Start <= pc)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? null : positions[low - 1];
    }

    /// <summary>The source name of a register where this instruction stands, or null.</summary>
    public static string? LocalName(CodeLocation location, int register)
    {
        int pc = location.Function.ModulePc[location.Word];
        foreach (LocalName name in location.Function.Source.LocalNames)
        {
            if (name.Register == register && name.Start <= pc && pc < name.End)
                return name.Name;
        }

        return null;
    }
}
