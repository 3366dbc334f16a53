using System.Text;
using ByteVm.Tarn;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

/// <summary>
/// Each file tests/files/matches/NAME.tarn has functions whose value is one match; NAME.expected shows the decision tree of each. With BLESS=1 in the
/// environment the expectations are written instead of compared.
/// </summary>
public sealed class DecisionTreeTests
{
    private static readonly string folder = Path.Combine(Repository.Root, "tests", "files", "matches");

    public static IEnumerable<TheoryDataRow<string>> Names =>
        Directory.EnumerateFiles(folder, "*.tarn").Select(f => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(f)));

    [Theory]
    [MemberData(nameof(Names))]
    public void TreesAreAsExpected(string name)
    {
        string actual = TreesOf(name, File.ReadAllText(Path.Combine(folder, name + ".tarn")));
        string expectedFile = Path.Combine(folder, name + ".expected");
        if (Environment.GetEnvironmentVariable("BLESS") == "1")
            File.WriteAllText(expectedFile, actual);
        Assert.Equal(File.ReadAllText(expectedFile), actual);
    }

    private static string TreesOf(string name, string text)
    {
        var diagnostics = new DiagnosticBag();
        var loader = new ModuleLoader(new MemorySources(new Dictionary<string, string>()), diagnostics);
        loader.Load([new SourceModule(name, new SourceText(name + ".tarn", text))], withTests: false);
        ModuleSymbol module = loader.ByName[name]!;
        var compilation = new Compilation(loader.ByName, diagnostics);
        new ProgramBinder(compilation, loader.InOrder).Bind();
        Assert.Empty(diagnostics.InSourceOrder().Select(d => d.Render()));
        var trees = new StringBuilder();
        foreach (FunctionSymbol function in module.Members.Values.OfType<FunctionSymbol>())
        {
            BoundExpression? value = ((BoundReturn)compilation.BodyOf(function).Block.Statements[0]).Value;
            trees.Append($"{function.Name}: {DecisionText.Of(((BoundMatch)value!).Decision)}\n");
        }

        return trees.ToString();
    }
}
