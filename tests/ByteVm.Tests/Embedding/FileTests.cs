namespace ByteVm.Tests.Embedding;

/// <summary>Files lie beneath what was granted, or are out of reach; and messages name them as the guest does.</summary>
public sealed class FileTests : IDisposable
{
    private const string Source =
        """
        extern fn readText(path: string): string = "fs.read_text needs fs:read"
        extern fn readBytes(path: string): byte[] = "fs.read needs fs:read"
        extern fn exists(path: string): bool = "fs.exists needs fs:read"
        extern fn writeText(path: string, text: string) = "fs.write_text needs fs:write"
        extern fn appendBytes(path: string, bytes: byte[]) = "fs.append needs fs:write"
        fn read(path: string): string = readText(path)
        fn size(path: string): int = readBytes(path).length
        fn has(path: string): bool = exists(path)
        fn write(path: string, text: string) { writeText(path, text) }
        fn append(path: string, bytes: byte[]) { appendBytes(path, bytes) }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("bytevm-files-").FullName;
    private readonly GuestProgram program = Guests.Tarn(Source);
    private readonly GuestInstance guest;

    public FileTests()
    {
        Directory.CreateDirectory(Path.Combine(folder, "data/sub"));
        Directory.CreateDirectory(Path.Combine(folder, "data2"));
        File.WriteAllText(Path.Combine(folder, "data/a.txt"), "héllo");
        File.WriteAllText(Path.Combine(folder, "secret.txt"), "secret");
        File.WriteAllText(Path.Combine(folder, "data2/b.txt"), "other");
        guest = program.Instantiate(new InstanceOptions
        {
            WorkingDirectory = folder,
            Capabilities = Capabilities.None.Allow("fs:read=data").Allow("fs:write=data/sub"),
        });
    }

    [Fact]
    public void FilesBeneathTheFolderAreRead()
    {
        Assert.Equal("héllo", guest.Call<string>("read", "data/a.txt"));
        Assert.Equal("héllo", guest.Call<string>("read", "./data/sub/../a.txt"));
        Assert.Equal("héllo", guest.Call<string>("read", Path.Combine(folder, "data/a.txt")));
        Assert.Equal(6, guest.Call<int>("size", "data/a.txt"));
        Assert.True(guest.Call<bool>("has", "data/a.txt"));
        Assert.False(guest.Call<bool>("has", "data/none.txt"));
    }

    [Fact]
    public void FilesAreWrittenAndAppended()
    {
        guest.Call("write", "data/sub/new.txt", "a long first text");
        guest.Call("write", "data/sub/new.txt", "one");
        guest.Call("append", "data/sub/new.txt", " two"u8.ToArray());
        guest.Call("append", "data/sub/other.txt", "three"u8.ToArray());
        Assert.Equal("one two", File.ReadAllText(Path.Combine(folder, "data/sub/new.txt")));
        Assert.Equal("three", File.ReadAllText(Path.Combine(folder, "data/sub/other.txt")));
    }

    [Theory]
    [InlineData("secret.txt")]
    [InlineData("data/../secret.txt")]
    [InlineData("data/../../secret.txt")]
    [InlineData("data2/b.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("data/./../data2/b.txt")]
    public void NothingElseIs(string path)
    {
        string expected = $"denied: 'fs.read_text' cannot read \"{path}\": it lies beneath no folder granted for that; --allow fs:read=FOLDER grants one";
        Assert.Equal(expected, Message("read", path));
        Assert.Contains("cannot look for", Message("has", path));
        Assert.Contains("fs:write=FOLDER", Message("write", path, "x"));
    }

    [Fact]
    public void ReadingGrantsNoWriting()
    {
        Assert.Contains("fs:write=FOLDER", Message("write", "data/a.txt", "x"));
        Assert.Equal("héllo", File.ReadAllText(Path.Combine(folder, "data/a.txt")));
    }

    [Fact]
    public void LinksThatLeaveTheFolderAreNotFollowed()
    {
        File.CreateSymbolicLink(Path.Combine(folder, "data/sub/out.txt"), Path.Combine(folder, "secret.txt"));
        File.CreateSymbolicLink(Path.Combine(folder, "data/sub/up.txt"), "../../secret.txt");
        File.CreateSymbolicLink(Path.Combine(folder, "data/sub/new.txt"), Path.Combine(folder, "created.txt"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "data/sub/folder"), folder);
        File.CreateSymbolicLink(Path.Combine(folder, "data/sub/chain"), "folder/secret.txt");
        foreach (string path in new[] { "data/sub/out.txt", "data/sub/up.txt", "data/sub/folder/secret.txt", "data/sub/chain" })
        {
            string expected = $"denied: 'fs.read_text' cannot read \"{path}\": a link leads out of the granted folder; grant where it leads, and name that directly";
            Assert.Equal(expected, Message("read", path));
            Assert.Contains("a link leads out", Message("write", path, "overwritten"));
        }

        Assert.Contains("a link leads out", Message("write", "data/sub/new.txt", "x"));
        Assert.False(File.Exists(Path.Combine(folder, "created.txt")));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(folder, "secret.txt")));
    }

    [Fact]
    public void LinksThatStayAreFollowed()
    {
        File.CreateSymbolicLink(Path.Combine(folder, "data/sub/in.txt"), "../a.txt");
        Directory.CreateSymbolicLink(Path.Combine(folder, "data/again"), Path.Combine(folder, "data"));
        Assert.Equal("héllo", guest.Call<string>("read", "data/sub/in.txt"));
        Assert.Equal("héllo", guest.Call<string>("read", "data/again/again/a.txt"));
    }

    [Fact]
    public void LinksInACircleEnd()
    {
        File.CreateSymbolicLink(Path.Combine(folder, "data/x"), "y");
        File.CreateSymbolicLink(Path.Combine(folder, "data/y"), "x");
        Assert.Contains("cannot read \"data/x\"", Message("read", "data/x"));
    }

    [Fact]
    public void TheGrantedFolderMayItselfBeALink()
    {
        Directory.CreateSymbolicLink(Path.Combine(folder, "alias"), "data");
        using GuestInstance other = program.Instantiate(new InstanceOptions
        {
            WorkingDirectory = folder,
            Capabilities = Capabilities.None.Allow("fs:read=alias").Allow("fs:write=alias"),
        });
        Assert.Equal("héllo", other.Call<string>("read", "alias/a.txt"));
        Assert.Contains("no folder granted", Guests.Fault(() => other.Call<string>("read", "data/a.txt")).Message);
    }

    [Theory]
    [InlineData("data/none.txt", "there is no such file")]
    [InlineData("data/none/x.txt", "there is no such folder")]
    [InlineData("data/sub", "it is a folder")]
    [InlineData("", "it is not a path")]
    [InlineData("data/\0", "it is not a path")]
    public void FailuresSayWhy(string path, string why) =>
        Assert.Equal($"host error: cannot read \"{ByteVm.Bytecode.PlainText.Of(path)}\": {why}", Message("read", path));

    [Fact]
    public void TextsMustBeUtf8()
    {
        File.WriteAllBytes(Path.Combine(folder, "data/latin.txt"), [65, 0xE9, 66]);
        Assert.Equal("malformed text: \"data/latin.txt\" is not UTF-8 at byte 1", Message("read", "data/latin.txt"));
    }

    public void Dispose()
    {
        guest.Dispose();
        program.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string Message(string function, params GuestValue[] arguments) => Guests.Fault(() => guest.Call(function, arguments)).Message;
}
