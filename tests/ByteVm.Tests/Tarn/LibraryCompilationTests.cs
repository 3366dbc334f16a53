using ByteVm.Bytecode;
using ByteVm.Tarn;

namespace ByteVm.Tests.Tarn;

/// <summary>Programs compile only what they reach of the library; here all of it is.</summary>
public sealed class LibraryCompilationTests
{
    public static IEnumerable<TheoryDataRow<string>> Modules => StandardLibrary.ModuleNames.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Modules))]
    public void ModuleCompiles(string name)
    {
        SourceModule module = TarnCompiler.LibraryModules.Single(m => m.Name == name);
        TestCompilationResult result = TarnCompiler.CompileTests(name, [module], new MemorySources(new Dictionary<string, string>()));
        Assert.Equal("", result.RenderDiagnostics());
        Assert.Empty(Verifier.Check(result.Module!));
    }
}
