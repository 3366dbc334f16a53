using ByteVm.Runtime.Execution.Imports.Files;
using Microsoft.Win32.SafeHandles;

namespace ByteVm.Tests.Embedding;

/// <summary>The folder of systems without openat2 keeps the same rules, as far as it can.</summary>
public sealed class PortableFolderTests : IDisposable
{
    private readonly string place = Path.GetFullPath(Directory.CreateTempSubdirectory("bytevm-portable-").FullName);
    private readonly PortableFolder root;

    public PortableFolderTests()
    {
        Directory.CreateDirectory(In("root/sub"));
        File.WriteAllText(In("secret"), "secret");
        File.WriteAllText(In("root/a"), "0123");
        File.CreateSymbolicLink(In("root/link"), In("secret"));
        Directory.CreateSymbolicLink(In("root/out"), place);
        root = new PortableFolder(In("root"));
    }

    [Fact]
    public void LinksThatCameInBetweenAreRefused()
    {
        foreach (string path in new[] { "link", "out/secret" })
        {
            Assert.Throws<LinkLeadsOutException>(() => root.Open(path, FileUse.Read));
            Assert.Throws<LinkLeadsOutException>(() => root.Open(path, FileUse.Replace));
            Assert.Throws<LinkLeadsOutException>(() => root.Find(path));
        }

        Assert.Throws<LinkLeadsOutException>(() => root.Remove("out/secret"));
        Assert.Throws<LinkLeadsOutException>(() => root.Rename("out/secret", root, "b"));
        Assert.Throws<LinkLeadsOutException>(() => root.CreateFolder("out/new"));
        Assert.Throws<LinkLeadsOutException>(() => root.Open("out/new", FileUse.Create));
        Assert.Equal("secret", File.ReadAllText(In("secret")));
        Assert.False(Path.Exists(In("new")));
    }

    [Fact]
    public void FilesAreOpenedInEachWay()
    {
        Assert.Equal(4, Length("a", FileUse.Read));
        Assert.Equal(4, Length("a", FileUse.Update));
        Assert.Equal(4, Length("a", FileUse.Append));
        Assert.Equal(0, Length("a", FileUse.Replace));
        Assert.Equal(0, Length("sub/new", FileUse.Create));
        Assert.Throws<FileRefusedException>(() => root.Open("a", FileUse.Create));
        Assert.Throws<FileRefusedException>(() => root.Open("sub", FileUse.Read));
        Assert.Throws<FileNotFoundException>(() => root.Open("none", FileUse.Update));
    }

    [Fact]
    public void NamesAreMadeRemovedAndRenamed()
    {
        root.CreateFolder("made");
        root.Rename("a", root, "made/b");
        Assert.Equal(["b"], root.List("made"));
        Assert.Throws<FileRefusedException>(() => root.Remove("made"));
        root.Remove("made/b");
        root.Remove("made");
        root.Remove("link");
        Assert.Equal(EntryKind.Link, root.FindName("out")!.Value.Kind);
        root.Remove("out");
        Assert.Throws<FileNotFoundException>(() => root.Remove("none"));
        Assert.Equal(["sub"], root.List("."));
        Assert.True(File.Exists(In("secret")));
    }

    public void Dispose() => Directory.Delete(place, recursive: true);

    private string In(string path) => Path.Combine(place, path);

    private long Length(string path, FileUse use)
    {
        using SafeFileHandle file = root.Open(path, use);
        return RandomAccess.GetLength(file);
    }
}
