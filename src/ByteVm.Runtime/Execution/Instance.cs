using System.Text;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Execution.Limits;
using ByteVm.Runtime.Linking;

namespace ByteVm.Runtime.Execution;

/// <summary>
/// A running program: cage, heap, guest stack, context and shadow state, private to it. Cheap: nothing is verified, linked or
/// compiled for it. Used by one thread at a time; only <see cref="Interrupt"/> may be called from any.
/// </summary>
internal sealed unsafe class Instance : IDisposable
{
    private readonly InstanceRoots roots;
    private bool usesStackReserve;
    private uint lastIdentityHash;
    private volatile StopReason stopReason;
    private volatile CancellationTokenSource? stopSource;
    private bool disposed;

    /// <exception cref="ArgumentException">A limit lies outside of its range.</exception>
    /// <exception cref="InstantiationException">An import is unknown, has another signature or declares another capability.</exception>
    public Instance(Program program, IProcessor processor, InstanceOptions options)
    {
        options.Validate();
        Program = program;
        Processor = processor;
        Options = options;
        Imports = ImportBinder.Bind(program, options);
        Shadow = new ShadowState(options);
        Memory = processor.TakeMemory(program, options);
        Heap = new Heap(Cage, program.Metadata, Context, HeapOptionsOf(options));
        Objects = new GuestObjects(Heap);
        roots = new InstanceRoots(this);
        HeapDumper = options.HeapDump is { } dump ? new HeapDumper(this, dump) : null;
        Context->CageBase = (ulong)Cage.Base;
        Context->MetadataBase = (ulong)program.Metadata.Base;
        Context->Fuel = options.Fuel ?? long.MaxValue;
        ArmPolls();
    }

    public Program Program { get; }

    public IProcessor Processor { get; }

    public InstanceOptions Options { get; }

    public InstanceMemory Memory { get; }

    public Cage Cage => Memory.Cage;

    public Heap Heap { get; }

    public GuestObjects Objects { get; }

    public GuestStack Stack => Memory.Stack;

    public InstanceContext* Context => Memory.Context;

    /// <summary>Fuel left; means something only where the program is metered.</summary>
    public long Fuel
    {
        get => Context->Fuel;
        set => Context->Fuel = value;
    }

    /// <summary>The program's imports, each bound to what performs it.</summary>
    public BoundImport[] Imports { get; }

    /// <summary>What privileged operations act on.</summary>
    public ShadowState Shadow { get; }

    /// <summary>References that the host holds while it prepares arguments or results; roots of the collector.</summary>
    public List<ulong> Handles { get; } = [];

    /// <summary>What the processor keeps for this instance, made at its first use; disposed with the instance, before stack and context.</summary>
    public IDisposable? ProcessorState { get; set; }

    /// <summary>The trap being handled: where the frames are while the monitor has the word. Default between two calls.</summary>
    public Trap Trap { get; set; }

    /// <summary>Whether the outgoing words of the trapping instruction still count: until its service is done.</summary>
    public bool ArgumentsAreLive { get; set; }

    /// <summary>What a service says about the fault it returns, beyond the instruction's operands.</summary>
    public string? FaultDetail { get; set; }

    /// <summary>The exception of a host function that failed, for the embedder.</summary>
    public Exception? HostException { get; set; }

    public IRootSource Roots => roots;

    /// <summary>Null unless dumps were asked for.</summary>
    public HeapDumper? HeapDumper { get; }

    /// <summary>Whether somebody asked the guest to stop.</summary>
    public bool StopRequested => stopReason != StopReason.None;

    public StopReason StopReason => stopReason;

    /// <summary>Cancelled by the next <see cref="Interrupt"/>, or already when a stop is asked for now.</summary>
    public CancellationToken StopToken
    {
        get
        {
            lock (Memory)
            {
                stopSource ??= new CancellationTokenSource();
                if (StopRequested)
                    stopSource.Cancel();
                return stopSource.Token;
            }
        }
    }

    /// <summary>What the trap being handled waits for.</summary>
    public PendingOperation? Pending { get; set; }

    /// <summary>
    /// Makes the guest leave at its next poll or call, whichever comes first: recursion without a loop has no polls, but each call checks the
    /// stack limit. From any thread; without effect once the instance is disposed.
    /// </summary>
    public void Interrupt(StopReason reason = StopReason.Requested)
    {
        lock (Memory)
        {
            if (disposed)
                return;
            if (stopReason == StopReason.None)
                stopReason = reason;
            Volatile.Write(ref Context->Interrupt, 1);
            Volatile.Write(ref Context->StackLimit, ulong.MaxValue);
        }

        // Outside of the lock: what waits for it may run here.
        stopSource?.Cancel();
    }

    /// <summary>Takes note of a stop request, or of nothing: polls and calls pass again. Stress mode stops at every poll.</summary>
    public void ArmPolls()
    {
        lock (Memory)
        {
            stopReason = StopReason.None;
            if (stopSource is { IsCancellationRequested: true })
                stopSource = null;
            Context->Interrupt = Options.GcStress.AtSafepoints ? 1u : 0;
            Context->StackLimit = FrameLimit;
        }
    }

    /// <summary>The lowest byte for frames now.</summary>
    private ulong FrameLimit => (ulong)(Stack.Limit + (usesStackReserve ? 0 : Program.StackReserveBytes));

    /// <summary>
    /// After a stack overflow, which goes on at a handler whose frame ends at <paramref name="lowest"/>: the reserve serves a handler without
    /// room, and is a reserve again when an overflow reaches one that has some. So the limit depends on overflows alone, and is the same in every engine.
    /// </summary>
    public void RearmStack(byte* lowest) => SetStackReserve(lowest - (Stack.Limit + Program.StackReserveBytes) < Program.StackReserveBytes);

    /// <summary>Makes the reserve a reserve, for a call on the empty stack.</summary>
    public void ResetStack()
    {
        if (usesStackReserve)
            SetStackReserve(false);
    }

    private void SetStackReserve(bool inUse)
    {
        lock (Memory)
        {
            usesStackReserve = inUse;
            if (stopReason == StopReason.None)
                Context->StackLimit = FrameLimit;
        }
    }

    /// <summary>Makes the guest leave at its next poll, and only there. From any thread; without effect once the instance is disposed.</summary>
    public void WakeAtPoll()
    {
        lock (Memory)
        {
            if (!disposed)
                Volatile.Write(ref Context->Interrupt, 1);
        }
    }

    /// <summary>Polls pass again, unless somebody asked the guest to stop.</summary>
    public void CalmPolls()
    {
        lock (Memory)
        {
            if (!disposed && !StopRequested)
                ArmPolls();
        }
    }

    /// <summary>Allocates a zeroed object with its header, collecting when it must.</summary>
    /// <param name="descriptor">Metadata offset of the type descriptor.</param>
    /// <param name="second">Length of arrays and strings, else 0.</param>
    /// <returns>The reference, or 0 at the memory limit.</returns>
    public uint Allocate(uint descriptor, uint second, long bytes)
    {
        if (bytes > ObjectLayout.MaxObjectBytes)
            return 0;
        uint reference = Options.GcStress.IsOn ? 0 : Heap.TryAllocate(descriptor, second, bytes);
        return reference != 0 ? reference : Heap.AllocateSlow(descriptor, second, bytes, roots);
    }

    /// <summary>As <see cref="Allocate"/>, but at the memory limit from what is kept for telling the guest of it.</summary>
    public uint AllocateEvenIfFull(uint descriptor, uint second, long bytes)
    {
        uint reference = Allocate(descriptor, second, bytes);
        return reference != 0 ? reference : Heap.AllocateFromReserve(descriptor, second, bytes);
    }

    /// <summary>As <see cref="AllocateArray"/>, but at the memory limit from what is kept for telling the guest of it.</summary>
    public uint AllocateArrayEvenIfFull(uint descriptor, int length) =>
        AllocateEvenIfFull(descriptor, (uint)length, ObjectLayout.ArrayBytes(length, (int)Program.Metadata.At<TypeDescriptor>(descriptor).Size));

    /// <summary>A new string, at the memory limit from what is kept for telling the guest of it; 0 when that is used up, too.</summary>
    public uint NewStringEvenIfFull(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        uint reference = AllocateEvenIfFull(Program.String.DescriptorOffset, (uint)utf8.Length, ObjectLayout.StringBytes(utf8.Length));
        if (reference != 0)
            utf8.CopyTo(StringBuffer(reference, utf8.Length));
        return reference;
    }

    public uint AllocateArray(uint descriptor, int length) =>
        Allocate(descriptor, (uint)length, ObjectLayout.ArrayBytes(length, (int)Program.Metadata.At<TypeDescriptor>(descriptor).Size));

    /// <summary>A string of zero bytes, to be filled through <see cref="StringBuffer"/> at once.</summary>
    public uint AllocateString(long length) =>
        length > int.MaxValue ? 0 : Allocate(Program.String.DescriptorOffset, (uint)length, ObjectLayout.StringBytes(length));

    /// <summary>The bytes of a string that <see cref="AllocateString"/> just gave.</summary>
    public Span<byte> StringBuffer(uint reference, long length) => new(Cage.Base + reference + ObjectLayout.StringBytesOffset, (int)length);

    /// <param name="utf8">Bytes outside of the heap.</param>
    public uint NewString(ReadOnlySpan<byte> utf8)
    {
        uint reference = AllocateString(utf8.Length);
        if (reference != 0)
            utf8.CopyTo(StringBuffer(reference, utf8.Length));
        return reference;
    }

    public LinkedType TypeOf(uint reference) => Program.TypeOf(Objects.TypeOffset(reference));

    /// <summary>
    /// A slot of a frame whose place was checked. The word is checked here: what a hostile process says of its trap may lead to an instruction whose
    /// operands are no slots.
    /// </summary>
    /// <exception cref="GuestLostException">The word is none of the frame's.</exception>
    public static long Slot(LinkedFunction function, long* frame, int word) =>
        word * (long)FrameLayout.SlotBytes >= -function.FrameBytes && word < FrameLayout.ParameterWord(function.ParameterSlots)
            ? frame[word]
            : throw new GuestLostException($"it reported a trap at an instruction of {function.Name} that has no such operand");

    /// <summary>Whether a frame of this function can lie at an address: with all its words inside of the guest's stack.</summary>
    public bool IsFrame(LinkedFunction function, long* frame)
    {
        byte* end = (byte*)(frame + FrameLayout.ParameterWord(function.ParameterSlots));
        return ((ulong)frame & (FrameLayout.SlotBytes - 1)) == 0
            && frame > Stack.Limit && frame < Stack.Top
            && (byte*)frame - function.FrameBytes >= Stack.Limit && end <= Stack.Top;
    }

    public uint NextIdentityHash() => ++lastIdentityHash == 0 ? ++lastIdentityHash : lastIdentityHash;

    public void Dispose()
    {
        lock (Memory)
        {
            if (disposed)
                return;
            disposed = true;
        }

        ProcessorState?.Dispose();
        Shadow.Dispose();
        Memory.Dispose();
    }

    private HeapOptions HeapOptionsOf(InstanceOptions options) => new()
    {
        MemoryLimit = Math.Min(options.MemoryBytes, Heap.MaxMemoryLimit(Cage)),
        Stress = options.GcStress,
        Verify = options.GcStress.IsOn,
        CountObjects = options.CountObjects,
    };
}
