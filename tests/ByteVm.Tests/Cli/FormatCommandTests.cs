namespace ByteVm.Tests.Cli;

/// <summary><c>bytevm fmt</c></summary>
public sealed class FormatCommandTests : IDisposable
{
    private const string Ragged = "fn f( ) {\n  return\n}\n";

    private const string Neat = "fn f() {\n    return\n}\n";

    private readonly Command command = new();

    public void Dispose() => command.Dispose();

    [Fact]
    public void NamesWhatItChanges()
    {
        command.Write("ragged.tarn", Ragged);
        command.Write("neat.tarn", Neat);
        Assert.Equal("ragged.tarn\n", command.Run("fmt", "ragged.tarn", "neat.tarn").Output);
        Assert.Equal(Neat, command.Read("ragged.tarn"));
        Assert.Equal("", command.Run("fmt", "ragged.tarn").Output);
    }

    [Fact]
    public void CheckNamesAndChangesNothing()
    {
        command.Write("ragged.tarn", Ragged);
        Command.Result result = command.Run("fmt", "--check", "ragged.tarn");
        Assert.Equal((1, "ragged.tarn\n"), (result.ExitCode, result.Output));
        Assert.Equal(Ragged, command.Read("ragged.tarn"));
    }

    [Fact]
    public void AFolderIsAllItsSources()
    {
        command.Write("src/deep/ragged.tarn", Ragged);
        command.Run("fmt", "src");
        Assert.Equal(Neat, command.Read("src/deep/ragged.tarn"));
    }

    [Fact]
    public void WhatDoesNotParseIsLeftAsItIs()
    {
        command.Write("bad.tarn", "fn f( {\n");
        Command.Result result = command.Run("fmt", "bad.tarn");
        Assert.Equal(65, result.ExitCode);
        Assert.Contains("bad.tarn:1:7: error", result.Error);
        Assert.Contains("bad.tarn has errors and is left as it is", result.Error);
    }

    [Fact]
    public void OtherFilesAreRefused() => Assert.Contains("'notes.txt' is neither a .tarn source nor a folder", command.Run("fmt", "notes.txt").Error);
}
