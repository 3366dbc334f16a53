using System.Diagnostics;

namespace ByteVm.Attack;

public sealed class UntrustedExampleTests
{
    [Fact]
    public void EveryHostileProgramGetsItsVerdict()
    {
        string example = Path.Combine(AppContext.BaseDirectory, "Untrusted.dll");
        string modules = Path.Combine(Repository(), "examples", "untrusted", "modules");
        using Process run = Process.Start(new ProcessStartInfo("dotnet", [example, modules]) { RedirectStandardOutput = true })!;
        string[] lines = [.. run.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
        (string File, string Verdict)[] expected =
        [
            ("bounds.tarn", "index out of bounds: index 3, length 3"),
            ("endless.tarn", "limit exceeded: the call"),
            ("flood.tarn", "limit exceeded: more than 10,000 bytes of output"),
            ("forger.tarn", "4      host error: the handle 1048576 is not open"),
            ("garbage.bvm", "refused: "),
            ("good.tarn", "ended with exit code 0"),
            ("memory.tarn", "out of memory"),
            ("recursion.tarn", "stack overflow"),
            ("smuggler.tarn", "4      denied: 'fs.read_text' cannot read \"../../../etc/passwd\": it lies beneath no folder granted for that"),
            ("thief.tarn", "4      denied: 'fs.read_text' cannot read \"/etc/passwd\": it lies beneath no folder granted for that; --allow fs:read=FOLDER grants one"),
        ];
        Assert.Equal(expected.Length, lines.Length);
        foreach (((string file, string verdict), string line) in expected.Zip(lines))
            Assert.True(line.StartsWith(file, StringComparison.Ordinal) && line.Contains(verdict, StringComparison.Ordinal), line);
    }

    private static string Repository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ByteVm.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests must run from inside the repository.");
    }
}
