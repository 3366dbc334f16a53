namespace ByteVm.Bytecode;

/// <summary>A text that is not assembly of this version.</summary>
public sealed class AssemblyException(string file, int line, int column, string problem) : Exception($"{file}:{line}:{column}: {problem}")
{
    public string File { get; } = file;

    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    /// <summary>From 1.</summary>
    public int Column { get; } = column;

    /// <summary>What was expected and what stands there.</summary>
    public string Problem { get; } = problem;
}
