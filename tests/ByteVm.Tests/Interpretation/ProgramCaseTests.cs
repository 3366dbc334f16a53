using ByteVm.Memory;
using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Interpretation;

/// <summary>Runs every case in every mode of the interpreter, and shows that the cases leave no linked opcode out.</summary>
public sealed class ProgramCaseTests
{
    private static readonly ProgramOptions metered = new() { Metered = true };

    public static TheoryData<string> Names() => [.. ProgramCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void GivesTheExpectedInEveryMode(string name)
    {
        ProgramCase program = ProgramCases.All.Single(c => c.Name == name);
        Verifier.Verify(program.Module);
        Check(program, ProgramOptions.Default, InstanceOptions.Default);
        Check(program, new ProgramOptions { FuseInstructions = false }, InstanceOptions.Default);
        Check(program, ProgramOptions.Default, new InstanceOptions { GcStress = GcStress.Safepoints });
        Check(program, metered, new InstanceOptions { Fuel = 1_000_000 });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TakesTheSameFuelBySteps(string name)
    {
        ProgramCase program = ProgramCases.All.Single(c => c.Name == name);
        Assert.Equal(FuelLeft(program, new InterpreterProcessor()), FuelLeft(program, new SteppingProcessor()));
    }

    [Fact]
    public void EveryLinkedOpcodeIsExecuted()
    {
        var executed = new HashSet<LinkedOpcode>();
        foreach (Module module in ProgramCases.All.Select(c => c.Module).Concat(ComputingInstructionTests.Modules()))
        {
            using var run = new Interpreted(module, metered);
            run.Program.Link(run.Program.Export("main")!);
            for (int i = 0; i < run.Program.Functions.Count; i++)
            {
                LinkedFunction function = run.Program.Functions[i];
                run.Program.Link(function);
                for (int word = 0; word < function.CodeWords; word += function.InstructionAt(word).Size)
                    executed.Add(function.InstructionAt(word).Opcode);
            }
        }

        Assert.Empty(Enumerable.Range(0, LinkedOpcodeTable.Count).Select(i => (LinkedOpcode)i).Except(executed));
    }

    private static void Check(ProgramCase program, ProgramOptions options, InstanceOptions limits)
    {
        using var run = new Interpreted(program.Module, options, limits);
        Outcome outcome = run.Run(program.Arguments);
        Assert.Equal(program.Expected, outcome.Fault is { } fault ? fault.Kind : outcome.Result);
    }

    private static long FuelLeft(ProgramCase program, IProcessor processor)
    {
        using var run = new Interpreted(program.Module, metered, new InstanceOptions { Fuel = 1_000_000 }, processor);
        run.Run(program.Arguments);
        return run.FuelLeft;
    }
}
