using ByteVm.Memory.Layout;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// Goes through the frames of a stopped guest, innermost first. Frame pointers only ever grow on the way out and stay inside the
/// guest's stack, so the walk ends whatever the stack holds.
/// </summary>
internal unsafe ref struct FrameWalker
{
    private readonly Instance instance;
    private bool started;

    public FrameWalker(Instance instance)
    {
        this.instance = instance;
        Frame = instance.Trap.FramePointer;
        Location = instance.Trap.Location;
    }

    public long* Frame { get; private set; }

    /// <summary>In the innermost frame the instruction that trapped, in all others the call in progress.</summary>
    public CodeLocation Location { get; private set; }

    public bool MoveNext()
    {
        if (!started)
        {
            started = true;
            return Frame != null;
        }

        if (!instance.Processor.TryLocateReturn(instance, (ulong)Frame[FrameLayout.ReturnAddressWord], out CodeLocation call))
            return false;
        long* caller = (long*)*Frame;
        if (caller <= Frame || !instance.IsFrame(call.Function, caller))
            throw new GuestLostException($"the frame above {Location.Function.Name} lies outside of the guest's stack");
        Frame = caller;
        Location = call;
        return true;
    }
}
