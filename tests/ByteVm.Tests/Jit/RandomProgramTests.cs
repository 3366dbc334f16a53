using System.Runtime.Versioning;
using ByteVm.Bytecode;
using ByteVm.Testing;

namespace ByteVm.Tests.Jit;

/// <summary>Random valid modules behave the same on both engines, up to the words of their frames at each trap.</summary>
[SupportedOSPlatform("linux")]
public sealed class RandomProgramTests
{
    private const int SeedsPerCase = 40;

    private static readonly Capabilities Granted = Capabilities.None with { Clock = false };

    public static TheoryData<int, int, bool> Cases => new()
    {
        { 0, 24, false },
        { 1000, 60, false },
        { 2000, 200, false },
        { 3000, 60, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void BehaveTheSame(int firstSeed, int size, bool stress)
    {
        for (int seed = firstSeed; seed < firstSeed + SeedsPerCase; seed++)
        {
            Module module = RandomModule.Create(seed, size);
            Random random = new(seed);
            foreach (Export export in module.Exports)
                EngineComparison.AssertSame(module, export.Name, Arguments(module, export, random), new InstanceOptions { Fuel = 2_000, GcStress = stress });
        }
    }

    private static long[] Arguments(Module module, Export export, Random random) => [];
}
