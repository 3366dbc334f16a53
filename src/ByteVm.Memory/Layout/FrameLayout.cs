namespace ByteVm.Memory.Layout;

/// <summary>
/// The canonical frame, the same for the interpreter and the baseline compiler. Guest stacks grow down; a frame pointer chains
/// the frames, so a walk needs no unwind tables. All offsets are from the frame pointer:
/// <code>
///   +16 + 8*i   parameter slot i   (lies in the caller's outgoing area)
///    +8         return address     (native: machine address; interpreter: linked-code address)
///    +0         caller's frame pointer
///    -8 - 8*j   local slot j
///    ...        outgoing area of OutgoingSlots words, lowest; its word k is the k-th parameter (and result) slot of a callee
/// </code>
/// Linked code names a slot by its signed word displacement from the frame pointer, so an operand is used as it stands.
/// Slots are 8 bytes. 32-bit values and references keep the upper half zero. Locals are zeroed at entry.
/// A frame occupies the same bytes in both engines, hence the stack limit strikes at the same call in both.
/// </summary>
public static class FrameLayout
{
    public const int SlotBytes = 8;

    /// <summary>Word displacement of the return address.</summary>
    public const int ReturnAddressWord = 1;

    /// <summary>Word displacement of the first parameter slot.</summary>
    public const int FirstParameterWord = 2;

    /// <summary>Word displacement of parameter slot <paramref name="index"/>.</summary>
    public static int ParameterWord(int index) => FirstParameterWord + index;

    /// <summary>Word displacement of local slot <paramref name="index"/>.</summary>
    public static int LocalWord(int index) => -1 - index;

    /// <summary>Bytes below the frame pointer: locals and outgoing area, rounded so that frame pointers stay 16-byte aligned.</summary>
    public static int BytesBelowFramePointer(int localSlots, int outgoingSlots) => ((localSlots + outgoingSlots + 1) & ~1) * SlotBytes;

    /// <summary>Displacement in bytes from a caller's stack pointer (lowest byte of its frame) to the frame pointer of its callee.</summary>
    public const int CalleeFramePointerFromStackPointer = -16;
}
