namespace ByteVm.Bytecode;

/// <summary>One violation of a rule.</summary>
/// <param name="Place">Where: "function 'main', instruction 12", or an entry of a table.</param>
/// <param name="Function">Index of the function, or -1 when the place is not in one.</param>
/// <param name="Instruction">Index of the instruction, or -1 when the place is not one.</param>
/// <param name="Source">"file:line:column" of the instruction, or null when the module does not say.</param>
public sealed record VerificationError(
    VerifierRule Rule, string Place, int Function, int Instruction, string Expected, string Found, string? Source)
{
    /// <summary>For example: "function 'main', instruction 2 (app.tarn:3:7): V0604: a register that is read has ...: expected i32, found f64 in r1".</summary>
    public override string ToString() =>
        $"{Place}{(Source is null ? "" : $" ({Source})")}: {Rule}: expected {Expected}, found {Found}";
}

/// <summary>A module broke rules of the verifier.</summary>
public sealed class VerificationException(string module, IReadOnlyList<VerificationError> errors)
    : Exception($"Module {DisassemblyNames.Quote(module, '\'')} is not valid. {string.Join(Environment.NewLine, errors)}")
{
    /// <summary>The first errors found, at least one.</summary>
    public IReadOnlyList<VerificationError> Errors { get; } = errors;
}
