using System.Runtime.Versioning;
using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using ByteVm.Tests.Interpretation;

namespace ByteVm.Tests.Jit;

/// <summary>
/// Every instruction that only computes, compiled, over the boundary operands and against the oracles of the interpreter's test: with
/// operands from slots, from registers, as constants, and with dirty upper halves.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class NativeComputingTests
{
    private const string BranchPrefix = "br.";
    private const long Dirt = unchecked((long)0xDEAD_BEEF_0000_0000);

    public static TheoryData<string> Computing() => ComputingInstructionTests.Computing();

    public static TheoryData<string> Branching() => ComputingInstructionTests.Branching();

    [Theory]
    [MemberData(nameof(Computing))]
    public void GivesWhatTheOracleGives(string mnemonic)
    {
        using Native run = new(ComputingInstructionTests.ComputingModule(mnemonic));
        ComputingInstructionTests.Compare(mnemonic, ComputingOracles.All[mnemonic], run.Instance);
    }

    [Theory]
    [MemberData(nameof(Branching))]
    public void GoesWhereTheOracleSays(string mnemonic)
    {
        using Native run = new(ComputingInstructionTests.BranchModule(mnemonic));
        ComputingInstructionTests.Compare(mnemonic, ComputingOracles.All[mnemonic[BranchPrefix.Length..]], run.Instance);
    }

    [Theory]
    [MemberData(nameof(Computing))]
    public void GivesTheSameWithConstantOperands(string mnemonic) => CompareWithConstants(mnemonic, ComputingOracles.All[mnemonic], isBranch: false);

    [Theory]
    [MemberData(nameof(Branching))]
    public void BranchesTheSameWithConstantOperands(string mnemonic) =>
        CompareWithConstants(mnemonic, ComputingOracles.All[mnemonic[BranchPrefix.Length..]], isBranch: true);

    /// <summary>An i32 whose upper half is not zero must not come about; if it did, code must still not see it.</summary>
    [Theory]
    [MemberData(nameof(Computing))]
    public void IgnoresDirtyUpperHalves(string mnemonic)
    {
        OperandType[] uses = ComputingInstructionTests.Uses(mnemonic);
        if (uses.Any(use => use is not (OperandType.I32 or OperandType.Reference)))
            return;
        using Native run = new(ComputingInstructionTests.ComputingModule(mnemonic));
        foreach (long a in ComputingOracles.Boundaries(uses[0]))
        {
            foreach (long b in uses.Length > 1 ? ComputingOracles.Boundaries(uses[1]) : [0])
                AssertResult(mnemonic, run, ComputingOracles.All[mnemonic](a, b), new[] { a | Dirt, b | Dirt }.AsSpan(0, uses.Length));
        }
    }

    private static void AssertResult(string mnemonic, Native run, object expected, ReadOnlySpan<long> arguments)
    {
        Trap trap = run.Call(arguments);
        object found = trap.Kind == TrapKind.Returned ? trap.Result : trap.Fault;
        Assert.True(
            ComputingInstructionTests.IsSame(expected, found, ComputingInstructionTests.ResultType(mnemonic)),
            $"{mnemonic} {string.Join(", ", arguments.ToArray().Select(a => $"{a:X}"))}: expected {expected:X}, found {found:X}");
    }

    private static void CompareWithConstants(string mnemonic, Func<long, long, object> oracle, bool isBranch)
    {
        OperandType[] uses = ComputingInstructionTests.Uses(mnemonic);
        if (uses.Contains(OperandType.Reference))
            return;
        long[][] operands = [ComputingOracles.Boundaries(uses[0]), uses.Length > 1 ? ComputingOracles.Boundaries(uses[1]) : [0]];
        foreach (int constant in Enumerable.Range(0, uses.Length))
        {
            using Native run = new(WithConstants(mnemonic, isBranch, constant, operands[constant]));
            for (int i = 0; i < operands[constant].Length; i++)
            {
                foreach (long other in operands[1 - constant])
                {
                    (long a, long b) = constant == 0 ? (operands[0][i], other) : (other, operands[1][i]);
                    run.Processor.Enter(run.Instance, run.Program.Export($"main{i}")!, new[] { other }.AsSpan(0, uses.Length - 1));
                    Trap trap = run.Processor.Run(run.Instance);
                    object found = trap.Kind == TrapKind.Returned ? trap.Result : trap.Fault;
                    Assert.True(
                        ComputingInstructionTests.IsSame(oracle(a, b), found, ComputingInstructionTests.ResultType(mnemonic)),
                        $"{mnemonic} {a:X}, {b:X} with constant {constant}: expected {oracle(a, b):X}, found {found:X}");
                }
            }
        }
    }

    /// <summary>For each value a function main0, main1, ... of the other operand, in which this one is that constant and has been moved once.</summary>
    private static Module WithConstants(string mnemonic, bool isBranch, int constant, long[] values)
    {
        OpcodeTable.TryFind(mnemonic, out Opcode opcode);
        OperandType[] uses = ComputingInstructionTests.Uses(mnemonic);
        OperandType[] parameters = [.. uses.Where((_, i) => i != constant)];
        TypeRef result = ComputingInstructionTests.TypeOf(ComputingInstructionTests.ResultType(mnemonic));
        int known = parameters.Length, copy = known + 1, destination = known + 2;
        int[] operands = [.. Enumerable.Range(0, uses.Length).Select(i => i == constant ? copy : 0)];
        Function OfValue(long value) => new()
        {
            Name = "main",
            ParameterCount = parameters.Length,
            Registers = [.. parameters.Select(ComputingInstructionTests.TypeOf), ComputingInstructionTests.TypeOf(uses[constant]), ComputingInstructionTests.TypeOf(uses[constant]), result],
            Result = result,
            Code =
            [
                new Instruction(ConstantOf(uses[constant]), known, Immediate: uses[constant] is OperandType.I32 or OperandType.F32 ? (int)value : value),
                new Instruction(Opcode.Move, copy, known),
                .. isBranch ? BranchBody(opcode, operands, destination) : ComputingBody(opcode, operands, destination),
            ],
        };
        return new Module
        {
            Name = "test",
            Functions = [.. values.Select(OfValue)],
            Exports = [.. values.Select((_, i) => new Export($"main{i}", i))],
        };
    }

    private static Instruction[] ComputingBody(Opcode opcode, int[] operands, int destination) =>
    [
        new Instruction(opcode, destination, operands[0], operands.Length > 1 ? operands[1] : 0),
        new Instruction(Opcode.ReturnValue, destination),
    ];

    private static Instruction[] BranchBody(Opcode opcode, int[] operands, int destination)
    {
        const int taken = 4;
        return
        [
            operands.Length == 1 ? new Instruction(opcode, operands[0], taken) : new Instruction(opcode, operands[0], operands[1], taken),
            new Instruction(Opcode.ReturnValue, destination),
            new Instruction(Opcode.ConstI32, destination, Immediate: 1),
            new Instruction(Opcode.ReturnValue, destination),
        ];
    }

    private static Opcode ConstantOf(OperandType type) => type switch
    {
        OperandType.I32 => Opcode.ConstI32,
        OperandType.I64 => Opcode.ConstI64,
        OperandType.F32 => Opcode.ConstF32,
        _ => Opcode.ConstF64,
    };
}
