using ByteVm.Memory;

namespace ByteVm.Conformance.Running;

/// <summary>One run of a program and what must come of it: a block of a case file (<see cref="CaseFile"/>).</summary>
public sealed record ProgramCase
{
    /// <summary>File and title, as test output names it.</summary>
    public required string Name { get; init; }

    /// <summary>The source file of the program's entry module.</summary>
    public required string Source { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<string> Grants { get; init; } = [];

    public string Input { get; init; } = "";

    /// <summary>What the program must write to standard output.</summary>
    public string Output { get; init; } = "";

    public int ExitCode { get; init; }

    /// <summary>The fault with its trace that must end the program; null when none may.</summary>
    public string? Fault { get; init; }

    public long? Fuel { get; init; }

    public long? MemoryBytes { get; init; }

    public long? StackBytes { get; init; }

    /// <summary>The collections beyond need with which it is run, too: as many as its length allows.</summary>
    public GcStress Stress { get; init; } = GcStress.Safepoints;

    public override string ToString() => Name;
}
