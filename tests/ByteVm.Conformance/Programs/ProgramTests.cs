using ByteVm.Conformance.Running;

namespace ByteVm.Conformance.Programs;

/// <summary>
/// Every program on every engine, with and without collections beyond need: the same output, exit code, fault and trace, files and
/// fuel everywhere, and they are the expected ones.
/// </summary>
public class ProgramTests
{
    public static TheoryData<ProgramCase> Cases { get; } = [.. CaseFiles().SelectMany(CaseFile.Read)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void RunsTheSameEverywhere(ProgramCase test)
    {
        ProgramRun reference = ProgramRun.Of(test, Variant.Reference);
        Assert.Equal((test.Output, test.Fault, test.Fault is null ? test.ExitCode : null), (reference.Output, reference.Fault, reference.ExitCode));
        foreach (Variant variant in OtherVariants(test))
            Assert.Equal((variant, reference with { Fuel = variant.Metered ? reference.Fuel : 0 }), (variant, ProgramRun.Of(test, variant)));
    }

    [Fact]
    public void EveryProgramHasACase()
    {
        var tested = Cases.Select(c => c.Data.Source).ToHashSet();
        string[] entries = [.. Entries(TestFiles.Examples), .. Entries(TestFiles.Programs)];
        Assert.Empty(entries.Where(e => !tested.Contains(e)).Select(e => Path.GetRelativePath(TestFiles.Repository, e)));
    }

    /// <summary>Without metering a fuel limit means nothing, and the stack's depth differs by engine.</summary>
    private static IEnumerable<Variant> OtherVariants(ProgramCase test) =>
        from engine in TestEngines.All
        from metered in test.Fuel is null && test.StackBytes is null ? new[] { true, false } : [true]
        from stress in metered ? new[] { false, true } : [false]
        from isolation in engine == EngineKind.Baseline && metered && !stress ? new[] { IsolationLevel.Cage, IsolationLevel.Process } : [IsolationLevel.Cage]
        let variant = new Variant(engine, metered, stress, isolation)
        where variant != Variant.Reference
        select variant;

    private static string[] CaseFiles() =>
        [.. Directory.EnumerateFiles(TestFiles.Programs, "*.case", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    // Whatever has a main; the other modules belong to some program.
    private static IEnumerable<string> Entries(string folder) =>
        Directory.EnumerateFiles(folder, "*.tarn", SearchOption.AllDirectories).Where(f => !IsUntrusted(f) && File.ReadAllText(f).Contains("\nfn main(", StringComparison.Ordinal));

    /// <summary>Hostile programs: the tests of attacks run them, in worker processes.</summary>
    private static bool IsUntrusted(string path) => path.Contains($"{Path.DirectorySeparatorChar}untrusted{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
}
