using ByteVm.Memory;
using System.Runtime.Versioning;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using ByteVm.Tests.Interpretation;

namespace ByteVm.Tests.Jit;

/// <summary>The interpreter's cases, which with the computing instructions execute every linked opcode, on machine code.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeProgramCaseTests
{
    private static readonly ProgramOptions Metered = new() { Metered = true };

    public static TheoryData<string> Names() => ProgramCaseTests.Names();

    [Theory]
    [MemberData(nameof(Names))]
    public void GivesTheExpectedInEveryMode(string name)
    {
        ProgramCase program = ProgramCases.All.Single(c => c.Name == name);
        Check(program, ProgramOptions.Default, InstanceOptions.Default);
        Check(program, ProgramOptions.Default, new InstanceOptions { GcStress = GcStress.Safepoints });
        Check(program, Metered, new InstanceOptions { Fuel = 1_000_000 });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DoesWhatTheInterpreterDoes(string name)
    {
        ProgramCase program = ProgramCases.All.Single(c => c.Name == name);
        foreach (long fuel in new[] { 0, 10, 40, 1_000_000 })
            EngineComparison.AssertSame(program.Module, "main", program.Arguments, new InstanceOptions { Fuel = fuel });
    }

    private static void Check(ProgramCase program, ProgramOptions options, InstanceOptions limits)
    {
        using Native run = new(program.Module, options, limits);
        Outcome outcome = run.Run(program.Arguments);
        Assert.Equal(program.Expected, outcome.Fault is { } fault ? fault.Kind : outcome.Result);
    }
}
