using ByteVm.Runtime.Execution.Imports;

namespace ByteVm.Attack;

/// <summary>Paths that were checked and then changed: what the kernel must still refuse when the file is opened.</summary>
public sealed class FileAttacks
{
    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("link")]
    [InlineData("folderlink/outside")]
    [InlineData("sub/../../outside")]
    public void NothingOutsideOfTheFolderIsOpened(string path)
    {
        using var place = new Place();
        foreach (bool write in (bool[])[false, true])
        {
            Assert.True(BeneathFolder.TryOpen(place.Root, path, write, out FileStream? file), "this kernel has no openat2");
            Assert.Null(file);
        }

        Assert.Equal("secret", File.ReadAllText(place.Outside));
    }

    [Fact]
    public void LinksOfProcAreNoWay()
    {
        using var place = new Place();
        using FileStream open = File.OpenRead(place.Outside);
        Assert.True(BeneathFolder.TryOpen("/proc/self/fd", $"{open.SafeFileHandle.DangerousGetHandle()}", write: false, out FileStream? file));
        Assert.Null(file);
    }

    [Fact]
    public void FilesBeneathTheFolderAre()
    {
        using var place = new Place();
        Assert.True(BeneathFolder.TryOpen(place.Root, "sub/new", write: true, out FileStream? file));
        file!.Write("text"u8);
        file.Dispose();
        Assert.Equal("text", File.ReadAllText(Path.Combine(place.Root, "sub", "new")));
        Assert.Throws<FileNotFoundException>(() => BeneathFolder.TryOpen(place.Root, "none", write: false, out _));
    }

    /// <summary>One thread puts a link in the place of a file again and again, another opens it.</summary>
    [Fact]
    public void ARaceWithALinkIsNeverWon()
    {
        using var place = new Place();
        string target = Path.Combine(place.Root, "raced");
        using var stop = new CancellationTokenSource();
        var swapper = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                File.WriteAllText(target + ".new", "harmless");
                File.Move(target + ".new", target, overwrite: true);
                File.CreateSymbolicLink(target + ".new", place.Outside);
                File.Move(target + ".new", target, overwrite: true);
            }
        });
        swapper.Start();
        int opened = 0;
        for (int i = 0; i < 5000; i++)
        {
            if (!File.Exists(target) || !BeneathFolder.TryOpen(place.Root, "raced", write: false, out FileStream? file) || file is null)
                continue;
            using var reader = new StreamReader(file);
            Assert.NotEqual("secret", reader.ReadToEnd());
            opened++;
        }

        stop.Cancel();
        swapper.Join();
        Assert.True(opened > 0);
    }

    /// <summary>A root with a folder, and beside it what must stay out of reach.</summary>
    private sealed class Place : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("bytevm-attack").FullName;

        public Place()
        {
            Directory.CreateDirectory(Path.Combine(Root, "sub"));
            File.WriteAllText(Outside, "secret");
            File.CreateSymbolicLink(Path.Combine(Root, "link"), Outside);
            Directory.CreateSymbolicLink(Path.Combine(Root, "folderlink"), folder);
        }

        public string Root => Path.Combine(folder, "root");

        public string Outside => Path.Combine(folder, "outside");

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
