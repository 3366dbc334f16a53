namespace ByteVm.Runtime.Linking;

/// <summary>How a program is linked; the same for all its instances.</summary>
internal sealed record ProgramOptions
{
    public static readonly ProgramOptions Default = new();

    /// <summary>Charge fuel at each basic block. Without it fuel limits have no effect and cost nothing.</summary>
    public bool Metered { get; init; }

    /// <summary>Let the interpreter do frequent pairs of instructions in one step. Other engines do not see it.</summary>
    public bool FuseInstructions { get; init; } = true;

    /// <summary>Check all linked code for defects of the linker (<see cref="LinkedCodeVerifier"/>): in tests, and for finding errors.</summary>
    public bool VerifyLinkedCode { get; init; }
}
