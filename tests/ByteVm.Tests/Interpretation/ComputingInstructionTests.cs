using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Interpretation;

/// <summary>Every instruction that only computes, and every branch that compares, over all pairs of boundary operands.</summary>
public sealed class ComputingInstructionTests
{
    private const string BranchPrefix = "br.";

    public static TheoryData<string> Computing() => [.. Rows().Where(r => r.Operands[0].Kind == OperandKind.Destination).Select(r => r.Mnemonic)];

    public static TheoryData<string> Branching() => [.. Rows().Where(r => r.Mnemonic.StartsWith(BranchPrefix)).Select(r => r.Mnemonic)];

    [Theory]
    [MemberData(nameof(Computing))]
    public void GivesWhatTheOracleGives(string mnemonic) => Compare(mnemonic, ComputingOracles.All[mnemonic], ComputingModule);

    [Theory]
    [MemberData(nameof(Branching))]
    public void GoesWhereTheOracleSays(string mnemonic) => Compare(mnemonic, ComputingOracles.All[mnemonic[BranchPrefix.Length..]], BranchModule);

    /// <summary>One module per instruction of this kind.</summary>
    internal static IEnumerable<Module> Modules() =>
        Rows().Select(row => row.Mnemonic.StartsWith(BranchPrefix) ? BranchModule(row.Mnemonic) : ComputingModule(row.Mnemonic));

    private static IEnumerable<OpcodeInfo> Rows() => Enumerable.Range(0, OpcodeTable.Count).Select(i => ((Opcode)i).Info()).Where(IsComputing);

    private static bool IsComputing(OpcodeInfo row) =>
        (row.Facts & ~(OpcodeFacts.Fault | OpcodeFacts.Branch)) == 0 && row.Operands.Any(o => o.Kind == OperandKind.Use) &&
        row.Operands.Any(o => o.Kind is OperandKind.Destination or OperandKind.Label) &&
        row.Operands.All(o => o.Kind is OperandKind.Label || (o.Kind is OperandKind.Destination or OperandKind.Use && o.Type != OperandType.Any));

    private static void Compare(string mnemonic, Func<long, long, object> oracle, Func<string, Module> build)
    {
        using var run = new Interpreted(build(mnemonic));
        Compare(mnemonic, oracle, run.Instance);
    }

    /// <summary>Runs the instance's "main", which is the instruction or branch with this mnemonic, over all pairs of operands.</summary>
    internal static void Compare(string mnemonic, Func<long, long, object> oracle, Instance instance)
    {
        LinkedFunction main = instance.Program.Export("main")!;
        OperandType[] uses = Uses(mnemonic);
        foreach (long a in ComputingOracles.Boundaries(uses[0]))
        {
            foreach (long b in uses.Length > 1 ? ComputingOracles.Boundaries(uses[1]) : [0])
            {
                instance.Processor.Enter(instance, main, new[] { a, b }.AsSpan(0, uses.Length));
                Trap trap = instance.Processor.Run(instance);
                object found = trap.Kind == TrapKind.Returned ? trap.Result : trap.Fault;
                Assert.True(IsSame(oracle(a, b), found, ResultType(mnemonic)), $"{mnemonic} {a:X}, {b:X}: expected {oracle(a, b):X}, found {found:X}");
            }
        }
    }

    // The bits of a NaN are seen through f32.bits and f64.bits only, which make them one.
    internal static bool IsSame(object expected, object found, OperandType type)
    {
        if (expected.Equals(found) || expected is FaultKind || found is FaultKind)
            return expected.Equals(found);
        return type switch
        {
            OperandType.F32 => (long)found >>> 32 == 0 && float.IsNaN(BitConverter.Int32BitsToSingle((int)(long)expected)) && float.IsNaN(BitConverter.Int32BitsToSingle((int)(long)found)),
            OperandType.F64 => double.IsNaN(BitConverter.Int64BitsToDouble((long)expected)) && double.IsNaN(BitConverter.Int64BitsToDouble((long)found)),
            _ => false,
        };
    }

    private static OpcodeInfo Info(string mnemonic) => OpcodeTable.TryFind(mnemonic, out Opcode opcode) ? opcode.Info() : throw new ArgumentException(mnemonic);

    internal static OperandType[] Uses(string mnemonic) => [.. Info(mnemonic).Operands.Where(o => o.Kind == OperandKind.Use).Select(o => o.Type)];

    internal static OperandType ResultType(string mnemonic) =>
        Info(mnemonic).Operands[0] is { Kind: OperandKind.Destination } destination ? destination.Type : OperandType.I32;

    /// <summary>main(a, b) = the instruction's result.</summary>
    internal static Module ComputingModule(string mnemonic)
    {
        OpcodeTable.TryFind(mnemonic, out Opcode opcode);
        OperandType[] uses = Uses(mnemonic);
        TypeRef result = TypeOf(ResultType(mnemonic));
        return ModuleOf(uses, result, [new Instruction(opcode, uses.Length, 0, 1), new Instruction(Opcode.ReturnValue, uses.Length)]);
    }

    /// <summary>main(a, b) = 1 when the branch is taken, else 0.</summary>
    internal static Module BranchModule(string mnemonic)
    {
        OpcodeTable.TryFind(mnemonic, out Opcode opcode);
        OperandType[] uses = Uses(mnemonic);
        const int taken = 2;
        return ModuleOf(uses, TypeRef.I32,
        [
            uses.Length == 1 ? new Instruction(opcode, 0, taken) : new Instruction(opcode, 0, 1, taken),
            new Instruction(Opcode.ReturnValue, uses.Length),
            new Instruction(Opcode.ConstI32, uses.Length, Immediate: 1),
            new Instruction(Opcode.ReturnValue, uses.Length),
        ]);
    }

    internal static Module ModuleOf(OperandType[] parameters, TypeRef result, Instruction[] code) => new()
    {
        Name = "test",
        Functions = [new Function { Name = "main", ParameterCount = parameters.Length, Registers = [.. parameters.Select(TypeOf), result], Result = result, Code = code }],
        Exports = [new Export("main", 0)],
    };

    internal static TypeRef TypeOf(OperandType type) => type switch
    {
        OperandType.I32 => TypeRef.I32,
        OperandType.I64 => TypeRef.I64,
        OperandType.F32 => TypeRef.F32,
        OperandType.F64 => TypeRef.F64,
        _ => TypeRef.Object,
    };
}
