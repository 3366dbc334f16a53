namespace ByteVm.Bytecode;

/// <summary>Says that a rule is broken at the place under check.</summary>
internal delegate void Report(VerifierRule rule, string expected, string found);

/// <summary>Collects errors up to a limit, each with the place that was under check.</summary>
internal sealed class ErrorCollector(Module module, int limit)
{
    private readonly List<VerificationError> errors = [];
    private string table = "module";
    private int entry = -1;
    private string name = "";

    public IReadOnlyList<VerificationError> Errors => errors;

    public bool Any => errors.Count > 0;

    public bool IsFull => errors.Count >= limit;

    /// <summary>The instruction under check, or -1.</summary>
    public int Instruction { get; set; } = -1;

    private bool InFunction => table == "function";

    /// <summary>What follows is about an entry of a table.</summary>
    public void At(string newTable, int newEntry, string newName)
    {
        table = newTable;
        entry = newEntry;
        name = newName;
        Instruction = -1;
    }

    public void Add(VerifierRule rule, string expected, string found)
    {
        if (!IsFull)
            errors.Add(new VerificationError(rule, Place(), InFunction ? entry : -1, Instruction, expected, found, Source()));
    }

    private string Place()
    {
        string number = entry < 0 ? "" : $" {entry}";
        string quoted = name.Length == 0 ? "" : $" {DisassemblyNames.Quote(name, '\'')}";
        string instruction = Instruction < 0 ? "" : $", instruction {Instruction}";
        return table + number + quoted + instruction;
    }

    private string? Source()
    {
        if (!InFunction || Instruction < 0)
            return null;
        SourcePosition? position = null;
        foreach (SourcePosition candidate in module.Functions[entry].Positions)
        {
            if (candidate.Start <= Instruction)
                position = candidate;
        }

        return position is { } found && (uint)found.File < (uint)module.SourceFiles.Count
            ? $"{module.SourceFiles[found.File]}:{found.Line}:{found.Column}"
            : null;
    }
}
