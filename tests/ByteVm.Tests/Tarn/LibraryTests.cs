using ByteVm.Cli.Testing;
using ByteVm.Tarn;

namespace ByteVm.Tests.Tarn;

/// <summary>The standard library's own test blocks, on every engine.</summary>
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

    [Theory]
    [MemberData(nameof(Modules))]
    public void TestsPass(string module, EngineKind engine)
    {
        TestProgram tests = TestProgram.Compile(module);
        Assert.Equal("", tests.Compiled.RenderDiagnostics());
        using GuestProgram program = GuestProgram.FromModule(tests.Compiled.Module!, new EngineOptions { Engine = engine });
        string folder = Directory.CreateTempSubdirectory("bytevm-library-").FullName;
        var runner = new TestRunner(program, InstanceOptions.Default with
        {
            Capabilities = Capabilities.None.Allow("clock").Allow("random").Allow("env").Allow("fs:read=.").Allow("fs:write=."),
            WorkingDirectory = folder,
        });
        foreach (TestCase test in tests.Compiled.Tests)
        {
            TestOutcome outcome = runner.Run(test);
            Assert.True(outcome.Failure is null, $"{test.Name}: {outcome.Failure}\n{outcome.Fault}");
        }

        Directory.Delete(folder, recursive: true);
    }
}
