using ByteVm.Memory.Layout;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Offsets of the context's fields that compiled code uses; there are no others.</summary>
internal static class ContextOffsets
{
    public static readonly int HeapTop = InstanceContext.OffsetOf(nameof(InstanceContext.HeapTop));
    public static readonly int HeapLimit = InstanceContext.OffsetOf(nameof(InstanceContext.HeapLimit));
    public static readonly int Fuel = InstanceContext.OffsetOf(nameof(InstanceContext.Fuel));
    public static readonly int Interrupt = InstanceContext.OffsetOf(nameof(InstanceContext.Interrupt));
    public static readonly int Trap = InstanceContext.OffsetOf(nameof(InstanceContext.Trap));
    public static readonly int TrapArgument = InstanceContext.OffsetOf(nameof(InstanceContext.TrapArgument));
    public static readonly int TrapSite = InstanceContext.OffsetOf(nameof(InstanceContext.TrapSite));
    public static readonly int StackLimit = InstanceContext.OffsetOf(nameof(InstanceContext.StackLimit));
    public static readonly int TrapStub = InstanceContext.OffsetOf(nameof(InstanceContext.TrapStub));
}
