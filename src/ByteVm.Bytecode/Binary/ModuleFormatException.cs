namespace ByteVm.Bytecode;

/// <summary>Bytes that are not a module of this version, or a module that has no encoding.</summary>
public sealed class ModuleFormatException(int offset, string section, string problem)
    : Exception($"Not a valid module: at byte {offset}, {section}: {problem}.")
{
    /// <summary>Where in the file, in bytes from its start.</summary>
    public int Offset { get; } = offset;

    /// <summary>The section being read or written, or "header".</summary>
    public string Section { get; } = section;

    /// <summary>What was found and what was expected.</summary>
    public string Problem { get; } = problem;
}
