using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>
/// A folder where no system call holds paths beneath it: all systems but Linux. The path is checked before and after the file is opened and before
/// anything is read, cut off or written. Somebody with rights of his own to the folder who swaps links at the right moments could still deceive it;
/// the guest cannot make links. The system's names of devices are no paths beneath a folder; a pipe cannot be told from a file.
/// </summary>
/// <param name="path">The folder, without links.</param>
internal sealed class PortableFolder(string path) : IFolder
{
    public Entry? Find(string relative)
    {
        string full = Checked(relative);
        return Directory.Exists(full) ? new Entry(EntryKind.Folder, 0, Modified(full), 1)
            : File.Exists(full) ? new Entry(KindOf(full), new FileInfo(full).Length, Modified(full), 1)
            : null;
    }

    public Entry? FindName(string relative)
    {
        string full = InParent(relative);
        return new FileInfo(full).LinkTarget is null ? Find(relative) : new Entry(EntryKind.Link, 0, Modified(full), 1);
    }

    public SafeFileHandle Open(string relative, FileUse use)
    {
        if (Find(relative) is { } before)
            FileRules.Check(before, use);
        string full = Checked(relative);
        SafeFileHandle file = File.OpenHandle(full, ModeOf(use), use == FileUse.Read ? FileAccess.Read : FileAccess.Write, FileShare.ReadWrite);
        try
        {
            Checked(relative);
            if (use == FileUse.Replace)
                RandomAccess.SetLength(file, 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public IEnumerable<string> List(string relative) => Directory.EnumerateFileSystemEntries(Checked(relative)).Select(entry => Path.GetFileName(entry));

    public void CreateFolder(string relative)
    {
        if (Find(relative) is not null)
            throw new FileRefusedException(FileRefusedException.Exists);
        string full = Checked(relative);
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw new DirectoryNotFoundException();
        Directory.CreateDirectory(full);
    }

    public void Remove(string relative)
    {
        string full = InParent(relative);
        var info = new FileInfo(full);
        if (Directory.Exists(full) && info.LinkTarget is null)
            RemoveFolder(full);
        else if (info.LinkTarget is not null || File.Exists(full))
            File.Delete(full);
        else
            throw new FileNotFoundException();
    }

    public void Rename(string relative, IFolder target, string newRelative)
    {
        string from = InParent(relative), to = ((PortableFolder)target).InParent(newRelative);
        if (Directory.Exists(from) && new FileInfo(from).LinkTarget is null)
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);
    }

    private static void RemoveFolder(string full)
    {
        if (Directory.EnumerateFileSystemEntries(full).Any())
            throw new FileRefusedException(FileRefusedException.NotEmpty);
        Directory.Delete(full);
    }

    private static EntryKind KindOf(string full) => (File.GetAttributes(full) & FileAttributes.Device) != 0 ? EntryKind.Other : EntryKind.File;

    private static long Modified(string full) => new DateTimeOffset(File.GetLastWriteTimeUtc(full)).ToUnixTimeMilliseconds();

    /// <summary>Never a mode that cuts a file off before it has been checked.</summary>
    private static FileMode ModeOf(FileUse use) => use switch
    {
        FileUse.Read or FileUse.Update => FileMode.Open,
        FileUse.Create => FileMode.CreateNew,
        _ => FileMode.OpenOrCreate,
    };

    private string InParent(string relative) =>
        Path.Join(Checked(Path.GetDirectoryName(relative) is { Length: > 0 } parent ? parent : "."), Path.GetFileName(relative));

    /// <summary>The full path, on which no link lies now.</summary>
    private string Checked(string relative)
    {
        string full = Path.GetFullPath(relative, path);
        return FileRoot.Follow(path, full[path.Length..], mayLeave: false) == full ? full : throw new LinkLeadsOutException();
    }
}
