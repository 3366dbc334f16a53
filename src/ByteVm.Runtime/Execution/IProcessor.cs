using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>A place in linked code: instruction at word <paramref name="Word"/> of <paramref name="Function"/>.</summary>
internal readonly record struct CodeLocation(LinkedFunction Function, int Word);

/// <summary>
/// What an engine reports when the guest left user level. The state is canonical: every register of every frame is in its slot,
/// <see cref="FramePointer"/> chains the frames, and <see cref="Location"/> is the instruction that trapped (for a stack overflow the
/// call that did not fit).
/// </summary>
internal readonly unsafe struct Trap
{
    public required TrapKind Kind { get; init; }

    /// <summary>Where; default when <see cref="Kind"/> is Returned.</summary>
    public CodeLocation Location { get; init; }

    /// <summary>The frame of <see cref="Location"/>'s function; for a stack overflow the caller's, since the callee got none.</summary>
    public long* FramePointer { get; init; }

    /// <summary>Set when <see cref="Kind"/> is Fault; hardware faults at known sites arrive as Fault too.</summary>
    public FaultKind Fault { get; init; }

    /// <summary>Set when <see cref="Kind"/> is Returned: the raw 64-bit result of the entry function.</summary>
    public long Result { get; init; }
}

/// <summary>
/// An engine. It has one verb: run this instance until its next trap. It keeps nothing of a guest on the C# stack in between.
/// After a Service trap the monitor has executed the instruction on the frame's slots and <see cref="Run"/> goes on with the next one.
/// After Interrupt it goes on behind the poll, even while the flag is still set: stress mode stops at every poll that way.
/// After OutOfFuel it tries the same instruction again.
/// </summary>
internal unsafe interface IProcessor
{
    string Name { get; }

    /// <summary>The memory of a new instance, which is the instance's from then on.</summary>
    InstanceMemory TakeMemory(Program program, InstanceOptions options) => new(program, options.StackBytes, shared: false);

    /// <summary>
    /// Puts an entry frame on the instance's empty guest stack, so that the next <see cref="Run"/> calls the function.
    /// </summary>
    /// <param name="arguments">One raw 64-bit value per parameter slot.</param>
    void Enter(Instance instance, LinkedFunction function, ReadOnlySpan<long> arguments);

    Trap Run(Instance instance);

    /// <summary>After a trap: makes the next <see cref="Run"/> go on in a frame of the stack, at the target of a handler. The frames below it are gone.</summary>
    void GoTo(Instance instance, long* frame, CodeLocation location);

    /// <summary>The call instruction that a return address found in a frame belongs to; false for the entry frame's sentinel.</summary>
    bool TryLocateReturn(Instance instance, ulong returnAddress, out CodeLocation call);
}
