using System.Text.RegularExpressions;
using ByteVm.Bytecode;
using ByteVm.Tarn;

namespace ByteVm.Tests.Tarn;

/// <summary>The language reference and the standard library hold only what compiles.</summary>
public sealed partial class SpecificationTests
{
    private static readonly CompilerOptions withoutMain = new() { RequireMain = false };

    public static IEnumerable<TheoryDataRow<string>> Examples =>
        ExampleBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "lang", "spec", "tarn.md"))).Select(m => new TheoryDataRow<string>(m.Groups[1].Value));

    public static IEnumerable<TheoryDataRow<string>> LibraryModules => StandardLibrary.ModuleNames.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Examples))]
    public void ExampleCompiles(string example)
    {
        CompilationResult result = CompilerTests.Compile(example, withoutMain);
        Assert.Equal("", result.RenderDiagnostics());
        Assert.Empty(Verifier.Check(result.Module!));
    }

    [Fact]
    public void AllExamplesAreFound() => Assert.True(Examples.Count() > 10);

    /// <summary>Programs compile only what they reach of the library; here all of it is.</summary>
    [Theory]
    [MemberData(nameof(LibraryModules))]
    public void LibraryModuleCompiles(string name)
    {
        SourceModule module = TarnCompiler.LibraryModules.Single(m => m.Name == name);
        TestCompilationResult result = TarnCompiler.CompileTests(name, [module], new MemorySources(new Dictionary<string, string>()));
        Assert.Equal("", result.RenderDiagnostics());
        Assert.Empty(Verifier.Check(result.Module!));
    }

    [GeneratedRegex("```tarn\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();
}
