namespace ByteVm.Tests.Cli;

/// <summary>What was compiled before is run again without compiling, unless anything that the compiler looked at has changed.</summary>
public sealed class CompileCacheTests : IDisposable
{
    private readonly Command command = new();

    public CompileCacheTests()
    {
        command.Write("app.tarn", "import part\n\nfn main() {\n    println(part.text())\n}\n");
        command.Write("part.tarn", "fn text(): string = \"one\"\n");
    }

    public void Dispose() => command.Dispose();

    [Fact]
    public void AnUnchangedSourceIsNotCompiledAgain()
    {
        Assert.Equal("one\n", Run());
        Poison("one", "two");
        Assert.Equal("two\n", Run());
        Assert.Equal("one\n", command.Run("run", "--no-cache", "app.tarn").Output);
    }

    [Fact]
    public void AChangeOfAnyModuleCounts()
    {
        Run();
        command.Write("part.tarn", "fn text(): string = \"three\"\n");
        Assert.Equal("three\n", Run());
    }

    [Fact]
    public void AManifestThatAppearsCounts()
    {
        Run();
        command.Write("tarn.toml", "name = \"app\"\nversion = \"1.0.0\"\n");
        Assert.Contains("there is no module 'part'", command.Run("run", "app.tarn").Error);
    }

    [Fact]
    public void ARelativeCacheHomeIsIgnored()
    {
        command.CacheHome = "relative";
        Assert.Equal("one\n", Run());
        Assert.False(Directory.Exists(Path.Combine(command.Folder, "relative")));
        Assert.True(Directory.Exists(Path.Combine(command.Folder, ".cache", "bytevm")));
    }

    [Fact]
    public void AnEntryThatIsNotWholeIsMadeAgain()
    {
        Run();
        string entry = Entry();
        byte[] whole = File.ReadAllBytes(entry);
        foreach (int length in new[] { 0, 7, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(entry, whole[..length]);
            Assert.Equal("one\n", Run());
        }

        Assert.Equal(whole, File.ReadAllBytes(entry));
    }

    [Fact]
    public void WhatIsWarnedAboutOrWrongIsNotKept()
    {
        command.Write("app.tarn", "fn main() {\n    println(1 + \"\" + x)\n}\n");
        command.Run("run", "app.tarn");
        Assert.False(Directory.Exists(Path.Combine(command.Folder, ".cache", "bytevm")));
    }

    private string Run() => command.Run("run", "app.tarn").Output;

    private string Entry() => Assert.Single(Directory.GetFiles(Path.Combine(command.Folder, ".cache", "bytevm")));

    /// <summary>Makes an entry whose program is another one, so that a run shows whether the entry was used.</summary>
    private void Poison(string text, string other)
    {
        byte[] entry = File.ReadAllBytes(Entry());
        int place = entry.AsSpan().LastIndexOf(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.True(place >= 0, "the module has the text");
        System.Text.Encoding.UTF8.GetBytes(other).CopyTo(entry.AsSpan(place));
        System.Security.Cryptography.SHA256.HashData(entry.AsSpan(0, entry.Length - 32)).CopyTo(entry.AsSpan(entry.Length - 32));
        File.WriteAllBytes(Entry(), entry);
    }
}
