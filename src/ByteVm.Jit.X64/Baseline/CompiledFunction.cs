using ByteVm.Memory.Layout;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>A place in machine code and the word of linked code it belongs to.</summary>
internal readonly record struct CodePoint(int Offset, int Word);

/// <summary>A trap site: its number in the program, and where the guest goes on after the trap (-1: it does not).</summary>
internal readonly record struct TrapPoint(TrapKind Kind, uint Site, int ResumeOffset, int Word);

/// <summary>A jump table in the code: 32-bit distances from its start.</summary>
internal readonly record struct JumpTable(int Offset, int Count);

/// <summary>
/// Machine code of one function, position-independent and free of any address: it reaches its instance and its program through the pinned
/// registers alone. All offsets count from the start of <see cref="Code"/>. Lists are in ascending order of their offset.
/// </summary>
internal sealed record CompiledFunction
{
    public required byte[] Code { get; init; }

    /// <summary>Where the body ends; exits and faults follow.</summary>
    public required int BodyBytes { get; init; }

    /// <summary>Where instructions end; jump tables follow.</summary>
    public required int InstructionBytes { get; init; }

    /// <summary>Return addresses, each with the word of its call.</summary>
    public required CodePoint[] CallSites { get; init; }

    /// <summary>Instructions that fault when a reference is null, each with its word.</summary>
    public required CodePoint[] FaultSites { get; init; }

    public required TrapPoint[] TrapPoints { get; init; }

    public required JumpTable[] JumpTables { get; init; }

    /// <summary>Where the guest goes on after an exception, each once.</summary>
    public required int[] HandlerOffsets { get; init; }

    /// <summary>Where the function leaves when its frame does not fit.</summary>
    public required int StackOverflowOffset { get; init; }

    /// <summary>Machine code offset of each instruction by its word; -1 for words inside an instruction.</summary>
    public required int[] WordOffsets { get; init; }

    /// <summary>Machine instructions in <see cref="Code"/>.</summary>
    public required int MachineInstructions { get; init; }

    /// <summary>The word whose instruction faults at exactly this offset.</summary>
    public bool TryFindFaultSite(int offset, out int word) => TryFind(FaultSites, offset, out word);

    /// <summary>The word whose call returns to exactly this offset.</summary>
    public bool TryFindCallSite(int offset, out int word) => TryFind(CallSites, offset, out word);

    private static bool TryFind(CodePoint[] points, int offset, out int word)
    {
        int low = 0, high = points.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (points[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        bool found = low < points.Length && points[low].Offset == offset;
        word = found ? points[low].Word : 0;
        return found;
    }
}
