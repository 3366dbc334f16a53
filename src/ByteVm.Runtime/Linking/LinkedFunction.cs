using ByteVm.Bytecode;
using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// A function of a program for closed type arguments: frame shape and linked code. Made when first referred to; its code is
/// linked when first called (<see cref="Code"/> is null before). Immutable once linked, shared by all instances and threads,
/// and holds no address of an instance.
/// </summary>
internal sealed unsafe class LinkedFunction
{
    private nint code;

    /// <summary>Index in the program's function list.</summary>
    public required int Index { get; init; }

    /// <summary>Offset of its <see cref="FunctionEntry"/> in the program's metadata region: how code names it.</summary>
    public required uint EntryOffset { get; init; }

    public required Function Source { get; init; }

    /// <summary>Name with type arguments, for traces: "std.list.List.add&lt;i32&gt;".</summary>
    public required string Name { get; init; }

    public IReadOnlyList<LinkedType> TypeArguments { get; init; } = [];

    public IReadOnlyList<LinkedType> ParameterTypes { get; init; } = [];

    /// <summary>Of what boxes have in interface tables: the value class's function that it calls with the value. Null for all others.</summary>
    public LinkedFunction? Unboxed { get; init; }

    /// <summary>Null when it returns nothing.</summary>
    public LinkedType? ResultType { get; init; }

    public int ParameterSlots { get; init; }

    /// <summary>0, 1, or the slots of a value class. One slot returns in the result register, more in the caller's outgoing area.</summary>
    public int ResultSlots { get; init; }

    public int LocalSlots { get; set; }

    /// <summary>Words of the outgoing area: the most slots that any call in it passes or gets back.</summary>
    public int OutgoingSlots { get; set; }

    /// <summary>Bytes below the frame pointer.</summary>
    public int FrameBytes => FrameLayout.BytesBelowFramePointer(LocalSlots, OutgoingSlots);

    /// <summary>Word displacement of outgoing word <paramref name="index"/>, lowest first: where a callee's parameter <paramref name="index"/> goes.</summary>
    public int OutgoingWord(int index) => index - FrameBytes / FrameLayout.SlotBytes;

    /// <summary>
    /// Word displacements of all slots that hold references, parameters included: the frame state for the collector, the same at
    /// every safepoint because each register has one type and starts at null. The outgoing area is not part: during a call it
    /// belongs to the callee.
    /// </summary>
    public short[] ReferenceWords { get; set; } = [];

    /// <summary>Linked code in native memory, valid as long as the program; null until linked.</summary>
    public ulong* Code
    {
        get => (ulong*)Volatile.Read(ref code);
        set => Volatile.Write(ref code, (nint)value);
    }

    public bool IsLinked => Code != null;

    /// <summary>Length of <see cref="Code"/> in words.</summary>
    public int CodeWords { get; set; }

    /// <summary>For each word of code the module instruction it comes from.</summary>
    public int[] ModulePc { get; set; } = [];

    /// <summary>In the order in which they are asked.</summary>
    public LinkedHandler[] Handlers { get; set; } = [];

    public LinkedInstruction InstructionAt(int word) => new(Code + word);
}
