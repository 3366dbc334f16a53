using System.Text;
using ByteVm.Bytecode;
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

    /// <summary>Set.iterator, which is nowhere called but in the module as its class is, leads to a constant of std.collections.</summary>
    [Fact]
    public void WhatOnlyAMethodNamesThatNothingCallsHasAPlace()
    {
        CompilationResult result = Compile("import std.collections.Set\n\nfn main() {\n    println(Set<int>().contains(1))\n}\n");
        Assert.Equal("", result.RenderDiagnostics());
        Assert.Empty(Verifier.Check(result.Module!));
    }

    internal static CompilationResult Compile(string text, CompilerOptions? options = null) =>
        TarnCompiler.Compile("test", new SourceText("test.tarn", text), new MemorySources(new Dictionary<string, string>()), options);
}
