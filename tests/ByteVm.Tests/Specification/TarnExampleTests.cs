using System.Text;
using ByteVm.Bytecode;
using ByteVm.Cli.Testing;
using ByteVm.Tarn;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Documentation;
using ByteVm.Tarn.Syntax;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Specification;

/// <summary>Every example of the language reference does what is written beside it, on every engine.</summary>
public sealed class TarnExampleTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bytevm-example-");

    public static TheoryData<Example> Examples => [.. ExamplePage.Tarn()];

    [Fact]
    public void AllExamplesAreFound() => Assert.True(ExamplePage.Tarn().Count > 50);

    /// <summary>What only a very large or strange source provokes: tests/files/diagnostics has them all.</summary>
    private static readonly HashSet<string> notShown = ["TARN0008", "TARN0009", "TARN0237", "TARN0502", "TARN0503", "TARN0632"];

    [Fact]
    public void EveryErrorOfTheCompilerIsInAnExample()
    {
        HashSet<string> shown = [.. ExamplePage.Tarn().SelectMany(e => e.Refusals).Select(r => r.Code)];
        Assert.Empty(DiagnosticCatalog.All.Select(d => d.Code).Except(shown).Except(notShown));
        Assert.Empty(notShown.Intersect(shown));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void DoesWhatIsWrittenBesideIt(Example example)
    {
        foreach ((string path, string text) in example.Files)
            Write(Path.Combine(folder.FullName, path), text);
        if (example.Refusals.Any())
            IsRefused(example);
        else
            Runs(example);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void IsRefused(Example example)
    {
        Assert.Empty(example.Results);
        var options = new CompilerOptions { RequireMain = example.Files[example.Entry].Contains("fn main(", StringComparison.Ordinal) || example.Refusals.Any(r => r.Code == "TARN0500") };
        CompilationResult compiled = TarnCompiler.CompileFile(Path.Combine(folder.FullName, example.Entry), options);
        IEnumerable<Refusal> actual = compiled.Diagnostics.Select(d => new Refusal(Path.GetRelativePath(folder.FullName, d.Source!.Name), d.Source.LineOf(d.Span.Start), d.Code));
        Assert.True(example.Refusals.ToHashSet().SetEquals(actual), $"announced:\n{string.Join('\n', example.Refusals)}\nfound:\n{compiled.RenderDiagnostics()}");
    }

    private void Runs(Example example)
    {
        Assert.True(example.Results.Count > 0, $"The example says nothing of its result. After it stands what it {Example.Prints}, or what else the page's first chapter allows.");
        if (example.Results.TryGetValue(Example.Page, out string? page))
            Assert.Equal(page, TarnDocumentation.Page(new SourceModule(Path.GetFileNameWithoutExtension(example.Entry), new SourceText(example.Entry, example.Files[example.Entry]))));
        foreach (EngineKind engine in Guests.Engines.Select(row => row.Data))
        {
            if (example.Results.TryGetValue(Example.Tests, out string? tests))
                Assert.Equal(tests, TestsOf(example, engine));
            if (example.Results.TryGetValue(Example.Prints, out string? output) | example.Results.TryGetValue(Example.Fault, out string? fault))
                Assert.Equal((output, fault), ExampleRun.Of(Compile(example), engine));
        }
    }

    private Module Compile(Example example)
    {
        CompilationResult compiled = TarnCompiler.CompileFile(Path.Combine(folder.FullName, example.Entry));
        Assert.Equal("", compiled.RenderDiagnostics());
        return compiled.Module!;
    }

    private string TestsOf(Example example, EngineKind engine)
    {
        TestProgram tests = TestProgram.Compile(Path.Combine(folder.FullName, example.Entry)).Single();
        Assert.Equal("", tests.Compiled.RenderDiagnostics());
        using GuestProgram program = GuestProgram.FromModule(tests.Compiled.Module!, new EngineOptions { Engine = engine });
        var runner = new TestRunner(program, InstanceOptions.Default);
        return tests.Compiled.Tests.Aggregate(new StringBuilder(), (text, test) => text.Append($"{test.Name}: {runner.Run(test).Failure ?? "passed"}\n")).ToString();
    }

}
