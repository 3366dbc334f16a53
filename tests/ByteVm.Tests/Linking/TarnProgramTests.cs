using ByteVm.Bytecode;
using ByteVm.Runtime.Linking;
using ByteVm.Tarn;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Tests.Linking;

/// <summary>Every function of every Tarn program in the repository links to code that passes the check of linked code.</summary>
public sealed class TarnProgramTests
{
    public static TheoryData<string> Programs() =>
    [
        .. new[] { "examples", "tests/programs" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.tarn"))
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Programs))]
    public void LinksToCheckedCode(string file)
    {
        Module? module = TarnCompiler.CompileFile(Path.Combine(Repository.Root, file), new CompilerOptions { RequireMain = false }).Module;
        Assert.NotNull(module);
        foreach (bool metered in new[] { false, true })
        {
            using var program = new LinkedProgram(module, new ProgramOptions { Metered = metered, VerifyLinkedCode = true });
            for (int i = 0; i < module.Functions.Count; i++)
            {
                if (module.Functions[i].TypeParameters.Count == 0)
                    program.Link(program.Function(i));
            }
        }
    }
}
