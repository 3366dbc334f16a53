namespace ByteVm;

/// <summary>What runs the guest's code. All engines give the same results, faults and fuel.</summary>
public enum EngineKind
{
    /// <summary>Machine code where this system supports it, else the interpreter.</summary>
    Auto,

    /// <summary>Runs everywhere .NET runs.</summary>
    Interpreter,

    /// <summary>Machine code from a one-pass compiler: x86-64 Linux.</summary>
    Baseline,
}

/// <summary>How a program is prepared; the same for all its instances.</summary>
public sealed record EngineOptions
{
    public static readonly EngineOptions Default = new();

    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>Count fuel, so that instances can be limited by work and report it. Costs a few percent.</summary>
    public bool Metered { get; init; }

    /// <summary>Most bytes of machine code that the program may be compiled to, rounded up to pages; a function that does not fit ends the guest that calls it.</summary>
    public long CodeBytes { get; init; } = 64L << 20;
}
