using System.Text.RegularExpressions;
using ByteVm.Bytecode;
using ByteVm.Tarn;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

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
        var diagnostics = new DiagnosticBag();
        var loader = new ModuleLoader(new MemorySources(new Dictionary<string, string>()), diagnostics);
        ModuleSymbol module = loader.Load(name, StandardLibrary.Find(name)!)!;
        var binder = new ProgramBinder(new Compilation(loader.ByName, diagnostics), loader.InOrder);
        binder.Bind(module, withoutMain);
        binder.BindBodies(module);
        Assert.Equal("", string.Concat(diagnostics.InSourceOrder().Select(d => d.Render())));
    }

    [GeneratedRegex("```tarn\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();
}
