using ByteVm.Host.Linux;

namespace ByteVm.Host.Faults;

/// <summary>
/// Gives the current thread an alternate signal stack for the time it runs guests, unless it has one: CoreCLR gives every thread one, NativeAOT
/// none, and without it a fault of the guest's stack could not be handled. Dispose on the same thread.
/// </summary>
internal readonly ref struct SignalStack
{
    /// <summary>The kernel's signal frame takes at most 12 KiB (with AMX state); below it the page that catches an overflow.</summary>
    private const int Bytes = 64 * 1024, GuardBytes = 4096;

    private readonly nint mapping;

    private SignalStack(nint mapping) => this.mapping = mapping;

    public static SignalStack EnsureForThisThread()
    {
        if ((LibC.GetAlternateStack().Flags & AlternateStack.Disabled) == 0)
            return default;
        nint mapping = LibC.MapAnonymousPages(GuardBytes + Bytes, LibC.ProtRead | LibC.ProtWrite);
        LibC.Protect(mapping, GuardBytes, 0);
        LibC.SetAlternateStack(new AlternateStack { Start = mapping + GuardBytes, Bytes = Bytes });
        return new SignalStack(mapping);
    }

    public void Dispose()
    {
        if (mapping == 0)
            return;
        LibC.SetAlternateStack(new AlternateStack { Flags = AlternateStack.Disabled });
        LibC.Unmap(mapping, GuardBytes + Bytes);
    }
}
