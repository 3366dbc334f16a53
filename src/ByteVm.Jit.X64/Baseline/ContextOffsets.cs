using ByteVm.Memory.Layout;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>Offsets of the context's fields that compiled code uses; there are no others.</summary>
internal static class ContextOffsets
{
    private static readonly Dictionary<int, string> Names = [];

    public static readonly int HeapTop = Field(nameof(InstanceContext.HeapTop));
    public static readonly int HeapLimit = Field(nameof(InstanceContext.HeapLimit));
    public static readonly int OldStart = Field(nameof(InstanceContext.OldStart));
    public static readonly int Fuel = Field(nameof(InstanceContext.Fuel));
    public static readonly int Interrupt = Field(nameof(InstanceContext.Interrupt));
    public static readonly int Trap = Field(nameof(InstanceContext.Trap));
    public static readonly int TrapArgument = Field(nameof(InstanceContext.TrapArgument));
    public static readonly int TrapSite = Field(nameof(InstanceContext.TrapSite));
    public static readonly int StackLimit = Field(nameof(InstanceContext.StackLimit));
    public static readonly int TrapStub = Field(nameof(InstanceContext.TrapStub));

    /// <summary>Name of the field at an offset; empty when code does not use it.</summary>
    public static string NameOf(int offset) => Names.GetValueOrDefault(offset, "");

    private static int Field(string name)
    {
        int offset = InstanceContext.OffsetOf(name);
        Names.Add(offset, name);
        return offset;
    }
}
