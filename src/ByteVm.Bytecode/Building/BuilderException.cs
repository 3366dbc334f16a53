namespace ByteVm.Bytecode;

/// <summary>A checked builder was given what the verifier would reject.</summary>
public sealed class BuilderException(VerifierRule rule, string place, string expected, string found)
    : InvalidOperationException($"{place}: {rule}: expected {expected}, found {found}")
{
    public VerifierRule Rule { get; } = rule;
}
