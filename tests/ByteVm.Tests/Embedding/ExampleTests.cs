using System.Diagnostics;

namespace ByteVm.Tests.Embedding;

public sealed class ExampleTests
{
    /// <summary>examples/embedding, as a newcomer runs it.</summary>
    [Fact]
    public void TheEmbeddingExampleRuns()
    {
        // .../tests/ByteVm.Tests/bin/CONFIGURATION/FRAMEWORK: the example is built beside it.
        string build = Path.GetRelativePath(Path.Combine(Repository.Root, "tests/ByteVm.Tests"), AppContext.BaseDirectory);
        string folder = Path.Combine(Repository.Root, "examples/embedding", build);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, "Embedding.dll")]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(
            """
            3 tea: 750 cents
              log: only 7 of tea are left
            12 tea: 2700 cents
            median rating: 3
            fault: index out of bounds: index 0, length 0
                at rules.median (rules.tarn:29:12)
            stopped: out of fuel: the limit of 100,000 units is used up
            cancelled: rules.sum
            2 prices so far

            """.ReplaceLineEndings("\n"), output.Replace(folder, ""));
        Assert.Equal(0, process.ExitCode);
    }
}
