using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// A running program: cage, heap, guest stack, context and shadow state, private to it. Cheap: nothing is verified, linked or
/// compiled for it. Used by one thread at a time; only <see cref="Interrupt"/> may be called from any.
/// </summary>
internal sealed unsafe class Instance : IDisposable
{
    private readonly ContextPage contextPage = new();

    /// <param name="metadata">The program's type descriptors and function entries.</param>
    /// <param name="permanentImage">What the permanent area of the cage starts as: string literals, then zeroed globals.</param>
    public Instance(Program program, MetadataRegion metadata, ReadOnlySpan<byte> permanentImage, IProcessor processor, InstanceLimits limits, bool gcStress = false)
    {
        Program = program;
        Processor = processor;
        Limits = limits;
        Cage = new Cage(permanentImage.Length);
        permanentImage.CopyTo(new Span<byte>(Cage.Base + CageLayout.PermanentStart, permanentImage.Length));
        Stack = new GuestStack(limits.StackBytes);
        Heap = new Heap(Cage, metadata, Context, new HeapOptions
        {
            MemoryLimit = Math.Min(limits.MemoryBytes, Heap.MaxMemoryLimit(Cage)),
            GcStress = gcStress,
            VerifyAfterCollection = gcStress,
        });
        Context->CageBase = (ulong)Cage.Base;
        Context->MetadataBase = (ulong)metadata.Base;
        Context->StackLimit = (ulong)Stack.Limit;
        Context->Fuel = limits.Fuel ?? long.MaxValue;
    }

    public Program Program { get; }

    public IProcessor Processor { get; }

    public InstanceLimits Limits { get; }

    public Cage Cage { get; }

    public Heap Heap { get; }

    public GuestStack Stack { get; }

    public InstanceContext* Context => contextPage.Context;

    /// <summary>What the processor keeps for this instance, made at its first use; disposed with the instance, before stack and context.</summary>
    public IDisposable? ProcessorState { get; set; }

    /// <summary>Makes the guest leave at its next poll. From any thread.</summary>
    public void Interrupt() => Volatile.Write(ref Context->Interrupt, 1);

    public void Dispose()
    {
        ProcessorState?.Dispose();
        Stack.Dispose();
        Cage.Dispose();
        contextPage.Dispose();
    }
}
