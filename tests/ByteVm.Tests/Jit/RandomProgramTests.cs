using ByteVm.Memory;
using System.Runtime.Versioning;
using ByteVm.Bytecode;
using ByteVm.Testing;
using ByteVm.Tests.Interpretation;

namespace ByteVm.Tests.Jit;

/// <summary>Random valid modules behave the same on both engines, up to the words of their frames at each trap.</summary>
[SupportedOSPlatform("linux")]
public sealed class RandomProgramTests
{
    private const int SeedsPerCase = 40;
    private const int ArgumentsPerFunction = 3;

    private static readonly InstanceOptions Options = new()
    {
        Fuel = 1_000,
        HostFunctions = new HostFunctions().Register("test.write", (string _) => { }).Register("test.now", () => 42L),
    };

    /// <summary>
    /// First seed, instructions per function, and whether every allocation collects. Not every service, too: what is assisted is a service on one engine and inline on the
    /// other, and addresses are compared.
    /// </summary>
    public static TheoryData<int, int, bool> Cases => new()
    {
        { 0, 24, false },
        { 1000, 80, false },
        { 2000, 300, false },
        { 3000, 80, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void BehaveTheSame(int firstSeed, int size, bool stress)
    {
        for (int seed = firstSeed; seed < firstSeed + SeedsPerCase; seed++)
        {
            Module module = WithHarmlessImports(RandomModule.Create(seed, size));
            Random random = new(seed);
            foreach (Export export in module.Exports)
            {
                for (int i = 0; i < ArgumentsPerFunction; i++)
                    EngineComparison.AssertSame(module, export.Name, Arguments(module.Functions[export.Function], random), Options with { GcStress = stress ? GcStress.Allocations : GcStress.Never });
            }
        }
    }

    /// <summary>Numbers at their boundaries, null for references, one word each; a value class of the random modules takes one word, too.</summary>
    private static long[] Arguments(Function function, Random random)
    {
        long AnyOf(OperandType type)
        {
            long[] values = ComputingOracles.Boundaries(type);
            return values[random.Next(values.Length)];
        }

        return
        [
            .. function.Registers.Take(function.ParameterCount).Select(type =>
                type == TypeRef.I32 ? AnyOf(OperandType.I32)
                : type == TypeRef.I64 ? AnyOf(OperandType.I64)
                : type == TypeRef.F32 ? AnyOf(OperandType.F32)
                : type == TypeRef.F64 ? AnyOf(OperandType.F64)
                : 0L),
        ];
    }

    /// <summary>The modules import operations of the host; here they are functions of the test, which always answer the same.</summary>
    private static Module WithHarmlessImports(Module module) => new()
    {
        Name = module.Name,
        Strings = module.Strings,
        Types = module.Types,
        TypeDefinitions = module.TypeDefinitions,
        FieldRefs = module.FieldRefs,
        MethodRefs = module.MethodRefs,
        FunctionRefs = module.FunctionRefs,
        Globals = module.Globals,
        Imports = [.. module.Imports.Select(import => import with { Name = import.Result.IsNone ? "test.write" : "test.now" })],
        Functions = module.Functions,
        Exports = module.Exports,
        Exceptions = module.Exceptions,
        SourceFiles = module.SourceFiles,
    };
}
