using ByteVm.Host.Linux;
using ByteVm.Memory;

namespace ByteVm.Host.Faults;

/// <summary>
/// Gives the current thread an alternate signal stack for the time it runs guests, unless it has one: CoreCLR gives every thread one, NativeAOT
/// none, and without it a fault of the guest's stack could not be handled. Dispose on the same thread.
/// </summary>
internal readonly unsafe ref struct SignalStack
{
    /// <summary>The kernel's signal frame takes at most 12 KiB (with AMX state); the page below stays unmapped.</summary>
    private const int Bytes = 64 * 1024;

    private readonly Reservation? reservation;

    private SignalStack(Reservation? reservation) => this.reservation = reservation;

    public static SignalStack EnsureForThisThread()
    {
        if ((LibC.GetAlternateStack().Flags & AlternateStack.Disabled) == 0)
            return default;
        Reservation reservation = new(OsMemory.PageBytes + Bytes);
        byte* start = reservation.Start + OsMemory.PageBytes;
        reservation.CommitForOwner(start, Bytes);
        LibC.SetAlternateStack(new AlternateStack { Start = (nint)start, Bytes = Bytes });
        return new SignalStack(reservation);
    }

    public void Dispose()
    {
        if (reservation is null)
            return;
        LibC.SetAlternateStack(new AlternateStack { Flags = AlternateStack.Disabled });
        reservation.Dispose();
    }
}
