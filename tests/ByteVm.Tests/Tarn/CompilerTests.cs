using System.Text;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Tarn;

public sealed class CompilerTests
{
    [Fact]
    public void HelloWorldCompiles()
    {
        CompilationResult result = Compile("fn main() {\n    println(\"Hello\")\n}\n");
        Assert.Equal("", result.RenderDiagnostics());
        Assert.Contains(result.Module!.Functions, f => f.Name == "test.main");
        Assert.Contains(result.Module.Exports, e => e.Name == "main");
    }

    internal static CompilationResult Compile(string text, CompilerOptions? options = null) =>
        TarnCompiler.Compile("test", new SourceText("test.tarn", text), new MemorySources(new Dictionary<string, string>()), options);
}
