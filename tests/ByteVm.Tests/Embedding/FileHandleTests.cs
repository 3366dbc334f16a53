using System.Text;

namespace ByteVm.Tests.Embedding;

/// <summary>Open files, folders, and what becomes of handles that were made up.</summary>
public sealed class FileHandleTests : IDisposable
{
    private const string Source =
        """
        extern fn openRead(path: string): long = "fs.open_read needs fs:read"
        extern fn openReplace(path: string): long = "fs.open_replace needs fs:write"
        extern fn openAppend(path: string): long = "fs.open_append needs fs:write"
        extern fn openCreate(path: string): long = "fs.open_create needs fs:write"
        extern fn openUpdate(path: string): long = "fs.open_update needs fs:write"
        extern fn readFile(handle: long, bytes: byte[], from: int, count: int): int = "file.read"
        extern fn writeFile(handle: long, bytes: byte[], from: int, count: int) = "file.write"
        extern fn seekFile(handle: long, offset: long, origin: int): long = "file.seek"
        extern fn lengthOf(handle: long): long = "file.length"
        extern fn closeFile(handle: long) = "file.close"
        extern fn metadataOf(path: string): long[]? = "fs.metadata needs fs:read"
        extern fn linkMetadataOf(path: string): long[]? = "fs.link_metadata needs fs:read"
        extern fn listFolder(path: string): string[] = "fs.list needs fs:read"
        extern fn makeFolder(path: string) = "fs.create_folder needs fs:write"
        extern fn removeAny(path: string) = "fs.remove needs fs:write"
        extern fn renameAny(path: string, newPath: string) = "fs.rename needs fs:write"

        fn openFile(path: string): long = openRead(path)
        fn replace(path: string): long = openReplace(path)
        fn append(path: string): long = openAppend(path)
        fn create(path: string): long = openCreate(path)
        fn update(path: string): long = openUpdate(path)
        fn read(handle: long, count: int): byte[] {
            let bytes = new byte[count + 2]
            let got = readFile(handle, bytes, 1, count)
            let result = new byte[got]
            bytes.copy(1, result, 0, got)
            return result
        }
        fn readInto(handle: long, length: int, from: int, count: int): int = readFile(handle, new byte[length], from, count)
        fn write(handle: long, bytes: byte[]) { writeFile(handle, bytes, 0, bytes.length) }
        fn seek(handle: long, offset: long, origin: int): long = seekFile(handle, offset, origin)
        fn length(handle: long): long = lengthOf(handle)
        fn close(handle: long) { closeFile(handle) }
        fn metadata(path: string): long[]? = metadataOf(path)
        fn linkMetadata(path: string): long[]? = linkMetadataOf(path)
        fn list(path: string): string[] = listFolder(path)
        fn makeDir(path: string) { makeFolder(path) }
        fn remove(path: string) { removeAny(path) }
        fn rename(path: string, newPath: string) { renameAny(path, newPath) }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("bytevm-handles-").FullName;
    private readonly GuestProgram program = Guests.Tarn(Source);
    private readonly GuestInstance guest;

    public FileHandleTests()
    {
        Directory.CreateDirectory(In("data"));
        File.WriteAllText(In("data/a.txt"), "0123456789");
        File.WriteAllText(In("secret.txt"), "secret");
        guest = Instantiate();
    }

    [Fact]
    public void FilesAreReadPieceByPieceAndByPosition()
    {
        long file = guest.Call<long>("openFile", "data/a.txt");
        Assert.Equal("0123", Text(guest.Call<byte[]>("read", file, 4)));
        Assert.Equal("456789", Text(guest.Call<byte[]>("read", file, 100)));
        Assert.Empty(guest.Call<byte[]>("read", file, 100));
        Assert.Equal(8, guest.Call<long>("seek", file, -2L, 2));
        Assert.Equal("89", Text(guest.Call<byte[]>("read", file, 9)));
        Assert.Equal(3, guest.Call<long>("seek", file, 3L, 0));
        Assert.Equal(5, guest.Call<long>("seek", file, 2L, 1));
        Assert.Equal("5", Text(guest.Call<byte[]>("read", file, 1)));
        Assert.Equal(10, guest.Call<long>("length", file));
        guest.Call("close", file);
    }

    [Fact]
    public void FilesAreWrittenInEachWay()
    {
        Write("replace", "data/a.txt", "new");
        Assert.Equal("new", File.ReadAllText(In("data/a.txt")));
        Write("append", "data/a.txt", "er");
        Assert.Equal("newer", File.ReadAllText(In("data/a.txt")));
        Write("update", "data/a.txt", "FE");
        Assert.Equal("FEwer", File.ReadAllText(In("data/a.txt")));
        Write("create", "data/b.txt", "b");
        Assert.Equal("b", File.ReadAllText(In("data/b.txt")));
        Assert.Equal("host error: cannot write \"data/b.txt\": there is something of that name already", Message("create", "data/b.txt"));
        Assert.Equal("host error: cannot write \"data/c.txt\": there is no such file", Message("update", "data/c.txt"));
    }

    [Theory]
    [InlineData(3, 0, 4)]
    [InlineData(3, 4, 0)]
    [InlineData(3, -1, 2)]
    [InlineData(3, 1, -1)]
    [InlineData(3, int.MaxValue, int.MaxValue)]
    public void PartsLieInsideOfTheirArrays(int length, int from, int count)
    {
        long file = guest.Call<long>("openFile", "data/a.txt");
        Assert.Equal($"index out of bounds: {count} bytes from {from}, length {length}", Message("readInto", file, length, from, count));
    }

    [Theory]
    [InlineData(-11L, 2)]
    [InlineData(-1L, 0)]
    [InlineData(long.MinValue, 1)]
    [InlineData(0L, 3)]
    public void PositionsAreFromTheBeginningOn(long offset, int origin)
    {
        long file = guest.Call<long>("openFile", "data/a.txt");
        Assert.StartsWith("host error: cannot seek in \"data/a.txt\"", Message("seek", file, offset, origin));
    }

    [Fact]
    public void AHandleThatIsNotOpenIsRefused()
    {
        long closed = guest.Call<long>("openFile", "data/a.txt");
        guest.Call("close", closed);
        long open = guest.Call<long>("openFile", "data/a.txt");
        Assert.NotEqual(closed, open);
        using GuestInstance other = Instantiate();
        long foreign = other.Call<long>("openFile", "data/a.txt");
        foreach (long handle in new[] { closed, foreign, 0, -1, 1, open + 1, open ^ long.MinValue, open + (1L << 20), long.MaxValue, long.MinValue })
        {
            string expected = $"host error: the handle {handle} is not open: it was closed, or this instance never had it";
            Assert.Equal(expected, Message("read", handle, 1));
            Assert.Equal(expected, Message("write", handle, new byte[1]));
            Assert.Equal(expected, Message("close", handle));
        }

        Assert.Equal("0", Text(guest.Call<byte[]>("read", open, 1)));
        Assert.Equal("0", Text(other.Call<byte[]>("read", foreign, 1)));
    }

    [Fact]
    public void HandlesServeWhatTheyWereOpenedFor()
    {
        long reading = guest.Call<long>("openFile", "data/a.txt"), writing = guest.Call<long>("append", "data/a.txt");
        Assert.Equal("host error: cannot write \"data/a.txt\": it was opened to be read", Message("write", reading, new byte[1]));
        Assert.Equal("host error: cannot read \"data/a.txt\": it was opened to be written", Message("read", writing, 1));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    public void OpenHandlesAreLimited(int limit, bool exceeded)
    {
        using GuestInstance limited = Instantiate(new ResourceLimits { OpenHandles = limit });
        long first = limited.Call<long>("openFile", "data/a.txt");
        for (int i = 0; i < 2; i++)
            limited.Call<long>("openFile", "data/a.txt");
        if (!exceeded)
        {
            limited.Call<long>("create", "data/fourth");
            return;
        }

        GuestFault fault = Guests.Fault(() => limited.Call<long>("create", "data/fourth"));
        Assert.Equal((FaultKind.LimitExceeded, "limit exceeded: more than 3 open handles"), (fault.Kind, fault.Message));
        Assert.False(File.Exists(In("data/fourth")));
        limited.Call("close", first);
        limited.Call<long>("create", "data/fourth");
    }

    [Fact]
    public void FilesAreClosedWithTheirInstance()
    {
        using (GuestInstance shortLived = Instantiate())
            shortLived.Call<long>("append", "data/a.txt");
        using FileStream exclusive = new(In("data/a.txt"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void FoldersAreListedMadeRemovedAndRenamed()
    {
        guest.Call("makeDir", "data/sub");
        Write("create", "data/sub/x", "x");
        guest.Call("rename", "data/sub/x", "data/b");
        Assert.Equal(["a.txt", "b", "sub"], guest.Call<string[]>("list", "data"));
        Assert.Empty(guest.Call<string[]>("list", "data/sub/"));
        guest.Call("rename", "data/sub", "data/other");
        guest.Call("remove", "data/other");
        guest.Call("remove", "data/b");
        Assert.Equal(["a.txt"], guest.Call<string[]>("list", "data"));
    }

    [Fact]
    public void MetadataSaysWhatIsThere()
    {
        Assert.Equal([1, 10, new DateTimeOffset(File.GetLastWriteTimeUtc(In("data/a.txt"))).ToUnixTimeMilliseconds()], guest.Call<long[]>("metadata", "data/a.txt"));
        Assert.Equal([2, 0], guest.Call<long[]>("metadata", "data")[..2]);
        Assert.Null(guest.Call<long[]?>("metadata", "data/none"));
        Assert.Null(guest.Call<long[]?>("metadata", "data/a.txt/none"));
    }

    [Fact]
    public void LinksAreSeenByWhoAsksForTheirNames()
    {
        Directory.CreateSymbolicLink(In("data/out"), folder);
        File.CreateSymbolicLink(In("data/in"), "a.txt");
        File.CreateSymbolicLink(In("data/dangling"), "none");
        Assert.Equal(4, guest.Call<long[]>("linkMetadata", "data/out")[0]);
        Assert.Equal(4, guest.Call<long[]>("linkMetadata", "data/in")[0]);
        Assert.Equal(4, guest.Call<long[]>("linkMetadata", "data/dangling")[0]);
        Assert.Equal([1, 10], guest.Call<long[]>("linkMetadata", "data/a.txt")[..2]);
        Assert.Null(guest.Call<long[]?>("linkMetadata", "data/none"));
        Assert.Equal([1, 10], guest.Call<long[]>("metadata", "data/in")[..2]);
        Assert.Null(guest.Call<long[]?>("metadata", "data/dangling"));
        Assert.StartsWith("denied: 'fs.metadata'", Message("metadata", "data/out"));
    }

    [Theory]
    [InlineData("makeDir", "data", "host error: cannot make the folder \"data\": it is the granted folder itself")]
    [InlineData("makeDir", "data/a.txt", "host error: cannot make the folder \"data/a.txt\": there is something of that name already")]
    [InlineData("makeDir", "data/none/x", "host error: cannot make the folder \"data/none/x\": there is no such folder")]
    [InlineData("makeDir", "other", "denied: 'fs.create_folder' cannot make the folder \"other\": it lies beneath no folder granted for that; --allow fs:write=FOLDER grants one")]
    [InlineData("remove", "data", "host error: cannot remove \"data\": it is the granted folder itself")]
    [InlineData("remove", "data/none", "host error: cannot remove \"data/none\": there is no such file")]
    [InlineData("remove", "secret.txt", "denied: 'fs.remove' cannot remove \"secret.txt\": it lies beneath no folder granted for that; --allow fs:write=FOLDER grants one")]
    [InlineData("remove", "data/../secret.txt", "denied: 'fs.remove' cannot remove \"data/../secret.txt\": it lies beneath no folder granted for that; --allow fs:write=FOLDER grants one")]
    [InlineData("list", "data/a.txt", "host error: cannot list \"data/a.txt\": it is no folder")]
    [InlineData("list", "data/none", "host error: cannot list \"data/none\": there is no such folder")]
    [InlineData("list", ".", "denied: 'fs.list' cannot list \".\": it lies beneath no folder granted for that; --allow fs:read=FOLDER grants one")]
    public void FailuresSayWhy(string function, string path, string why) => Assert.Equal(why, Message(function, path));

    [Fact]
    public void RenamingStaysBeneath()
    {
        Assert.Contains("cannot rename to \"secret.txt\"", Message("rename", "data/a.txt", "secret.txt"));
        Assert.Contains("cannot rename \"secret.txt\"", Message("rename", "secret.txt", "data/mine"));
        Directory.CreateSymbolicLink(In("data/out"), folder);
        Assert.Contains("a link leads out", Message("rename", "data/out/secret.txt", "data/mine"));
        Assert.Contains("a link leads out", Message("remove", "data/out/secret.txt"));
        Assert.Equal("secret", File.ReadAllText(In("secret.txt")));
        guest.Call("remove", "data/out");
        Assert.True(Directory.Exists(folder));
    }

    public void Dispose()
    {
        guest.Dispose();
        program.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private GuestInstance Instantiate(ResourceLimits? limits = null) => program.Instantiate(new InstanceOptions
    {
        WorkingDirectory = folder,
        Capabilities = Capabilities.None.Allow("fs:read=data").Allow("fs:write=data"),
        Limits = limits ?? ResourceLimits.None,
    });

    private string In(string path) => Path.Combine(folder, path);

    private void Write(string opening, string path, string text)
    {
        long file = guest.Call<long>(opening, path);
        guest.Call("write", file, Encoding.UTF8.GetBytes(text));
        guest.Call("close", file);
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private string Message(string function, params GuestValue[] arguments) => Guests.Fault(() => guest.Call(function, arguments)).Message;
}
