using System.Runtime.Versioning;
using ByteVm.Runtime.Execution.Imports.Files;
using Microsoft.Win32.SafeHandles;

namespace ByteVm.Attack;

/// <summary>Paths that were checked and then changed: what must still be refused when the file is opened, with openat2 and without.</summary>
[SupportedOSPlatform("linux")]
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
        foreach (LinuxFolder folder in place.Folders)
        {
            foreach (FileUse use in Enum.GetValues<FileUse>())
                Assert.True(IsRefused(() => folder.Open(path, use).Dispose()), $"{path} was opened");
        }

        Assert.Equal("secret", File.ReadAllText(place.Outside));
    }

    [Theory]
    [InlineData("folderlink/made")]
    [InlineData("../made")]
    public void NothingOutsideOfTheFolderIsMadeOrRemovedOrRenamed(string path)
    {
        using var place = new Place();
        string outside = Path.Combine(Path.GetDirectoryName(place.Root)!, "made");
        foreach (LinuxFolder folder in place.Folders)
        {
            Assert.True(IsRefused(() => folder.CreateFolder(path)));
            File.WriteAllText(outside, "there");
            Assert.True(IsRefused(() => folder.Remove(path)));
            Assert.True(IsRefused(() => folder.Rename(path, folder, "sub/stolen")));
            File.WriteAllText(Path.Combine(place.Root, "sub/own"), "own");
            Assert.True(IsRefused(() => folder.Rename("sub/own", folder, path)));
            Assert.Equal("there", File.ReadAllText(outside));
            File.Delete(outside);
        }
    }

    [Fact]
    public void RemovingALinkRemovesTheLink()
    {
        using var place = new Place();
        new LinuxFolder(place.Root).Remove("link");
        Assert.False(Path.Exists(Path.Combine(place.Root, "link")));
        Assert.Equal("secret", File.ReadAllText(place.Outside));
    }

    [Fact]
    public void LinksOfProcAreNoWay()
    {
        using var place = new Place();
        using FileStream open = File.OpenRead(place.Outside);
        string descriptor = $"{open.SafeFileHandle.DangerousGetHandle()}";
        foreach (bool openAt2 in (bool[])[true, false])
            Assert.Throws<LinkLeadsOutException>(() => new LinuxFolder("/proc/self/fd", openAt2).Open(descriptor, FileUse.Read));
        Assert.True(IsRefused(() => new LinuxFolder("/proc").Open("self/root/etc/passwd", FileUse.Read)));
        Assert.True(IsRefused(() => new LinuxFolder("/proc").Open($"{Environment.ProcessId}/cwd/x", FileUse.Create)));
    }

    [Fact]
    public void FilesBeneathTheFolderAreOpened()
    {
        using var place = new Place();
        foreach (LinuxFolder folder in place.Folders)
        {
            using (SafeFileHandle file = folder.Open("sub/new", FileUse.Replace))
                RandomAccess.Write(file, "text"u8, 0);
            Assert.Equal("text", File.ReadAllText(Path.Combine(place.Root, "sub", "new")));
            Assert.Throws<FileNotFoundException>(() => folder.Open("none", FileUse.Read));
            Assert.Throws<DirectoryNotFoundException>(() => folder.Open("none/none", FileUse.Read));
        }
    }

    /// <summary>Opening a pipe waits for its other end, and devices act on being opened: neither happens.</summary>
    [Theory]
    [InlineData(FileUse.Read)]
    [InlineData(FileUse.Replace)]
    [InlineData(FileUse.Append)]
    [InlineData(FileUse.Update)]
    public async Task PipesAndDevicesAreNeitherOpenedNorWaitedFor(object use)
    {
        using var place = new Place();
        Assert.Equal(0, Native.MakePipe(Path.Combine(place.Root, "pipe"), 0x1B6));
        foreach (LinuxFolder folder in place.Folders)
        {
            var opening = Task.Run(() => Assert.Throws<FileRefusedException>(() => folder.Open("pipe", (FileUse)use)), TestContext.Current.CancellationToken);
            Assert.Equal(FileRefusedException.NoOrdinaryFile, (await opening.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).Message);
        }

        Assert.Throws<FileRefusedException>(() => new LinuxFolder("/dev").Open("zero", (FileUse)use));
    }

    /// <summary>What is promised of hard links: they are read, as the file lies here as much as anywhere, and never written through.</summary>
    [Fact]
    public void FilesOfSeveralNamesAreReadButNotWritten()
    {
        using var place = new Place();
        string name = Path.Combine(place.Root, "hard");
        Assert.Equal(0, Native.MakeHardLink(place.Outside, name));
        foreach (LinuxFolder folder in place.Folders)
        {
            folder.Open("hard", FileUse.Read).Dispose();
            foreach (FileUse use in (FileUse[])[FileUse.Replace, FileUse.Append, FileUse.Update])
                Assert.Equal(FileRefusedException.SeveralNames, Assert.Throws<FileRefusedException>(() => folder.Open("hard", use)).Message);
        }

        var root = new LinuxFolder(place.Root);
        root.Open("sub/own", FileUse.Create).Dispose();
        root.Rename("sub/own", root, "hard");
        Assert.Equal("", File.ReadAllText(name));
        Assert.Equal("secret", File.ReadAllText(place.Outside));
    }

    /// <summary>One thread puts a link in the place of a file again and again, another opens it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARaceWithALinkIsNeverWon(bool openAt2)
    {
        using var place = new Place();
        string target = Path.Combine(place.Root, "raced");
        File.WriteAllText(target, "harmless");
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
        var folder = new LinuxFolder(place.Root, openAt2);
        int opened = 0, tries = 0;
        long started = Environment.TickCount64;
        // On a busy machine the other thread may leave its link there for long.
        for (; tries < 5000 || (opened is 0 && Environment.TickCount64 - started < 30_000); tries++)
        {
            byte[] bytes = new byte[16];
            int count = -1;
            IsRefused(() =>
            {
                using SafeFileHandle file = folder.Open("raced", FileUse.Read);
                count = RandomAccess.Read(file, bytes, 0);
            });
            Assert.False(bytes.AsSpan(0, Math.Max(count, 0)).SequenceEqual("secret"u8));
            opened += count < 0 ? 0 : 1;
        }

        stop.Cancel();
        swapper.Join();
        Assert.True(opened > 0);
        Assert.Equal("secret", File.ReadAllText(place.Outside));
    }

    private static bool IsRefused(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            return true;
        }
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

        /// <summary>The root, by either way of opening.</summary>
        public LinuxFolder[] Folders => [new(Root), new(Root, useOpenAt2: false)];

        public string Root => Path.Combine(folder, "root");

        public string Outside => Path.Combine(folder, "outside");

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
