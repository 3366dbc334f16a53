using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>The zeroed page that holds one instance's <see cref="InstanceContext"/>.</summary>
public sealed unsafe class ContextPage : IDisposable
{
    private readonly Reservation reservation = new(OsMemory.PageBytes);

    public ContextPage() => reservation.CommitForOwner(reservation.Start, reservation.Bytes);

    public InstanceContext* Context => (InstanceContext*)reservation.Start;

    public void Dispose() => reservation.Dispose();
}
