using ByteVm.Bytecode;
using ByteVm.Cli.Testing;
using ByteVm.Tarn;

namespace ByteVm.Tests.Tarn;

/// <summary>The standard library's own test blocks, on every engine. No module is without one.</summary>
public sealed class LibraryTests
{
    public static TheoryData<string, EngineKind> Modules()
    {
        var data = new TheoryData<string, EngineKind>();
        foreach (SourceModule module in TarnCompiler.LibraryModules)
        {
            data.Add(module.Name, EngineKind.Interpreter);
            data.Add(module.Name, EngineKind.Auto);
        }

        return data;
    }

    /// <summary>Programs and tests compile only what they reach; so this alone shows that the compiler makes sound code of all the rest.</summary>
    [Fact]
    public void TheWholeLibraryIsCompiledAndVerified()
    {
        CompilationResult compiled = TarnCompiler.CompileLibrary("std", TarnCompiler.LibraryModules, new DirectorySources(""));
        Assert.Equal("", compiled.RenderDiagnostics());
        Assert.Empty(Verifier.Check(compiled.Module!));
        Assert.Contains(compiled.Module!.Exports, e => e.Name == "std.bigint.parse");
        Assert.Contains(compiled.Module.Functions, f => f.Name == "std.collections.List.isEmpty");
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public void TestsPass(string module, EngineKind engine)
    {
        TestProgram tests = TestProgram.Compile(module).Single();
        Assert.Equal("", tests.Compiled.RenderDiagnostics());
        Assert.Contains(tests.Compiled.Tests, test => test.Module == module);
        using GuestProgram program = GuestProgram.FromModule(tests.Compiled.Module!, new EngineOptions { Engine = engine });
        string folder = Directory.CreateTempSubdirectory("bytevm-library-").FullName;
        var runner = new TestRunner(program, InstanceOptions.Default with
        {
            Capabilities = Capabilities.None.Allow("clock").Allow("random").Allow("env").Allow("fs:read=.").Allow("fs:write=."),
            WorkingDirectory = folder,
        });
        foreach (TestCase test in tests.Compiled.Tests.Where(t => t.Module == module))
        {
            TestOutcome outcome = runner.Run(test);
            Assert.True(outcome.Failure is null, $"{test.Name}: {outcome.Failure}\n{outcome.Fault}");
        }

        Directory.Delete(folder, recursive: true);
    }
}
