using ByteVm.Memory;

namespace ByteVm;

/// <summary>What one instance may use and touch. The default grants a console that discards and a fair share of memory, nothing else.</summary>
public sealed record InstanceOptions
{
    public static readonly InstanceOptions Default = new();

    /// <summary>What a user may ask for: 2 GiB, half of a cage. The last few megabytes of it are the heap's own.</summary>
    public const long MaxMemoryBytes = 1L << 31;

    public const long MinStackBytes = 4096;
    public const long MaxStackBytes = GuestStack.MaxBytes - GuestStack.ReserveBytes;

    /// <summary>Units of fuel, a deterministic measure of work; null is unlimited. Needs a program compiled as metered.</summary>
    public long? Fuel { get; init; }

    /// <summary>Most bytes of objects that may be alive. At most <see cref="MaxMemoryBytes"/>.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Bytes for the frames of calls in progress, from <see cref="MinStackBytes"/> to <see cref="MaxStackBytes"/>.</summary>
    public long StackBytes { get; init; } = GuestStack.DefaultBytes;

    /// <summary>What stands between the guest and this process.</summary>
    public IsolationLevel Isolation { get; init; } = IsolationLevel.Cage;

    /// <summary>
    /// With <see cref="IsolationLevel.Process"/>: let both sides look out for each other for some microseconds before they sleep. A trap then takes less than
    /// a microsecond where two processors are free, but a guest that has broken out of its code can go on writing while the host reads.
    /// </summary>
    public bool SpinningTraps { get; init; }

    /// <summary>
    /// With <see cref="IsolationLevel.Process"/>: let the guest's machine code read the processor's timestamp counter. No program of ByteVm does; a guest that
    /// has broken out of its code could measure caches with it. Where closing it costs much, in some virtual machines, a trap takes a third of the time.
    /// </summary>
    public bool TimestampCounter { get; init; }

    /// <summary>Time, output and traps.</summary>
    public ResourceLimits Limits { get; init; } = ResourceLimits.None;

    /// <summary>What <c>main</c> and the operation <c>process.args</c> get.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where the guest's output goes and its input comes from.</summary>
    public GuestConsole Console { get; init; } = GuestConsole.None;

    /// <summary>What the guest may reach outside of itself.</summary>
    public Capabilities Capabilities { get; init; } = Capabilities.None;

    /// <summary>Operations of the embedder that the guest may import.</summary>
    public HostFunctions? HostFunctions { get; init; }

    /// <summary>What relative paths of the guest are relative to.</summary>
    public string WorkingDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Stops whatever the instance does when it is cancelled, its module's initializer included, and every later call.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What the limits of time are measured with.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Collect beyond need, to new addresses, with a verified heap: for finding errors in engines and hosts.</summary>
    public GcStress GcStress { get; init; }

    /// <summary>Heap dumps, when the guest runs out of memory and when asked for.</summary>
    public HeapDumpOptions? HeapDump { get; init; }

    /// <summary>Count allocated objects, at some cost per collection.</summary>
    public bool CountObjects { get; init; }

    /// <summary>Told of every trap, in order, before it is handled: one line of text each.</summary>
    public Action<string>? TraceTraps { get; init; }

    /// <exception cref="ArgumentException">A limit lies outside of its range; the message names both.</exception>
    internal void Validate()
    {
        Require(nameof(MemoryBytes), MemoryBytes, 0, MaxMemoryBytes);
        Require(nameof(StackBytes), StackBytes, MinStackBytes, MaxStackBytes);
        Require(nameof(Fuel), Fuel ?? 0, 0, long.MaxValue);
        Limits.Validate();
    }

    internal static void Require(string name, long value, long least, long most)
    {
        if (value < least || value > most)
            throw new ArgumentException($"{name} is {value:N0}; it must lie between {least:N0} and {most:N0}");
    }
}
