using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm;

/// <summary>What an instance did since it was made.</summary>
public sealed record InstanceStatistics
{
    /// <summary>0 in a program that is not metered.</summary>
    public required long FuelUsed { get; init; }

    /// <summary>Services and host operations performed for the guest.</summary>
    public required long Services { get; init; }

    public required long BytesAllocated { get; init; }

    /// <summary>Null unless <see cref="InstanceOptions.CountObjects"/>.</summary>
    public required long? ObjectsAllocated { get; init; }

    /// <summary>Collections, their pauses, and bytes in the heap.</summary>
    public required HeapStatistics Heap { get; init; }

    internal static InstanceStatistics Of(Instance instance, InstanceMonitor monitor, long fuelUsed)
    {
        HeapStatistics heap = instance.Heap.Statistics;
        return new InstanceStatistics
        {
            FuelUsed = fuelUsed,
            Services = monitor.TrapCount(TrapKind.Service),
            BytesAllocated = heap.BytesAllocated,
            ObjectsAllocated = heap.ObjectsAllocated,
            Heap = heap,
        };
    }
}
