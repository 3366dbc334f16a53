namespace ByteVm.Tests.Cli;

/// <summary>Packages of several modules, by <c>tarn.toml</c>.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly Command command = new();

    public PackageTests()
    {
        command.Write("app/tarn.toml", "name = \"app\"\nversion = \"1.0.0\"\nentry = \"main\"\n\n[dependencies]\nshapes = { path = \"../shapes\" }\n");
        command.Write("app/main.tarn", "import app.parts.greeting\nimport shapes\nimport shapes.round.radius\n\nfn main() {\n    println(greeting() + shapes.name() + \"${radius}\")\n}\n");
        command.Write("app/parts.tarn", "fn greeting(): string = \"hello \"\n");
        command.Write("shapes/tarn.toml", "name = \"shapes\"\nversion = \"0.3.1\"\n");
        command.Write("shapes/shapes.tarn", "fn name(): string = \"circle \"\n\ntest \"the name\" {\n    assertEqual(\"circle \", name())\n}\n");
        command.Write("shapes/round.tarn", "let radius: int = 3\n");
    }

    public void Dispose() => command.Dispose();

    [Theory]
    [InlineData("app")]
    [InlineData("app/tarn.toml")]
    [InlineData("app/main.tarn")]
    public void RunsByFolderManifestOrSource(string path) => Assert.Equal("hello circle 3\n", command.Run("run", path).Output);

    [Fact]
    public void TheModuleRecordsWhatItWasMadeOf()
    {
        command.Run("build", "app", "-o", "app.bvm");
        string text = command.Run("disasm", "app.bvm").Output;
        Assert.Contains("dependency \"app\" \"1.0.0\" \"sha256:", text);
        Assert.Contains("dependency \"shapes\" \"0.3.1\" \"sha256:", text);
        Assert.Contains("dependency \"std\" ", text);
    }

    [Fact]
    public void ALibraryIsCheckedAndTestedWhole()
    {
        Assert.Equal(0, command.Run("check", "shapes").ExitCode);
        Assert.Contains("1 passed, 0 failed", command.Run("test", "shapes").Output);
        command.Write("shapes/wrong.tarn", "fn f(): int = \"text\"\n");
        Assert.Contains("shapes/wrong.tarn:1:15: error", command.Run("check", "shapes").Error);
    }

    [Fact]
    public void AMissingModuleIsNamedByItsFile()
    {
        command.Write("app/main.tarn", "import shapes.deep.square\n\nfn main() {\n}\n");
        Assert.Contains("shapes/deep/square.tarn", command.Run("run", "app").Error);
    }

    [Fact]
    public void AFolderWithoutEntryIsAnError() => Assert.Contains("it names no entry", command.Run("run", "shapes").Error);
}
