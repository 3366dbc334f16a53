using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>
/// A folder whose bounds the kernel itself holds: openat2 with RESOLVE_BENEATH, RESOLVE_NO_MAGICLINKS and RESOLVE_NO_SYMLINKS, and where the kernel has no
/// openat2 (before 5.6, or by its own filter) one openat per component with O_NOFOLLOW, which comes to the same as paths have no "..".
/// A file is looked at before it is opened (a device acts on being opened) and again afterwards, in case another took its place; O_NONBLOCK keeps a
/// pipe that came in between from blocking. What has no descriptor to act on (making, removing, renaming) acts on one name in its parent.
/// </summary>
/// <param name="path">The folder, without links.</param>
/// <param name="useOpenAt2">False: go by components, also where the kernel has openat2.</param>
[SupportedOSPlatform("linux")]
internal sealed class LinuxFolder(string path, bool useOpenAt2 = true) : IFolder
{
    private const int CreateMode = 0x1B6, FolderMode = 0x1FF;
    private const int WriteOnly = 1, Create = 0x40, Exclusive = 0x80, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x8_0000, PathOnly = 0x20_0000;
    private const ulong Beneath = 0x08, NoMagicLinks = 0x02, NoSymbolicLinks = 0x04;
    private const int NotPermitted = 1, NoEntry = 2, AccessDenied = 13, EntryExists = 17, CrossesRoot = 18, NotDirectory = 20, IsDirectory = 21, NameTooLong = 36;
    private const int NotImplemented = 38, NotEmpty = 39, IsLink = 40;

    /// <summary>O_DIRECTORY and O_NOFOLLOW are the flags that differ between the processors.</summary>
    private static readonly (int FolderOnly, int NoFollow) ByProcessor =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? (0x4000, 0x8000) : (0x1_0000, 0x2_0000);

    private static int FolderOnly => ByProcessor.FolderOnly;

    public Entry? Find(string relative)
    {
        using SafeFileHandle? place = TryOpen(relative, PathOnly);
        return place is null ? null
            : LinuxCalls.Status(place) is { Kind: not EntryKind.Link } entry ? entry
            : throw new LinkLeadsOutException();
    }

    public Entry? FindName(string relative)
    {
        using SafeFileHandle parent = OpenParent(relative);
        using SafeFileHandle? place = LinuxCalls.OpenAt(parent, NameOf(relative), PathOnly | ByProcessor.NoFollow | CloseOnExec, 0, out int error);
        return place is not null ? LinuxCalls.Status(place) : error is NoEntry ? null : throw Failure(error);
    }

    public SafeFileHandle Open(string relative, FileUse use)
    {
        if (Find(relative) is { } before)
            FileRules.Check(before, use);
        SafeFileHandle file = OpenAt(relative, NonBlocking | NoTerminal | FlagsOf(use));
        try
        {
            FileRules.Check(LinuxCalls.Status(file), use == FileUse.Create ? FileUse.Update : use);
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

    public IEnumerable<string> List(string relative) => LinuxCalls.NamesIn(OpenAt(relative, FolderOnly));

    public void CreateFolder(string relative)
    {
        using SafeFileHandle parent = OpenParent(relative);
        Check(LinuxCalls.MakeFolder(parent, NameOf(relative), FolderMode));
    }

    public void Remove(string relative)
    {
        using SafeFileHandle parent = OpenParent(relative);
        int error = LinuxCalls.Unlink(parent, NameOf(relative), isFolder: false);
        Check(error == IsDirectory ? LinuxCalls.Unlink(parent, NameOf(relative), isFolder: true) : error);
    }

    public void Rename(string relative, IFolder target, string newRelative)
    {
        using SafeFileHandle from = OpenParent(relative);
        using SafeFileHandle to = ((LinuxFolder)target).OpenParent(newRelative);
        Check(LinuxCalls.Rename(from, NameOf(relative), to, NameOf(newRelative)));
    }

    private static int FlagsOf(FileUse use) => use switch
    {
        FileUse.Read => 0,
        FileUse.Update => WriteOnly,
        FileUse.Create => WriteOnly | Create | Exclusive,
        _ => WriteOnly | Create,
    };

    private static string NameOf(string relative) => Path.GetFileName(relative);

    private SafeFileHandle OpenParent(string relative) =>
        OpenAt(Path.GetDirectoryName(relative) is { Length: > 0 } parent ? parent : ".", PathOnly | FolderOnly);

    private SafeFileHandle OpenAt(string relative, int flags) => TryOpen(relative, flags) ?? throw WhyNot(relative, flags);

    private Exception WhyNot(string relative, int flags)
    {
        if ((flags & FolderOnly) != 0)
            return Find(relative) is null ? new DirectoryNotFoundException() : new FileRefusedException(FileRefusedException.NoFolder);
        OpenParent(relative).Dispose();
        return new FileNotFoundException();
    }

    /// <summary>Null when it, or a folder on the way, is not there or no folder.</summary>
    private SafeFileHandle? TryOpen(string relative, int flags)
    {
        using SafeFileHandle root = LinuxCalls.Open(path, PathOnly | FolderOnly | CloseOnExec, out int error) ?? throw Failure(error);
        SafeFileHandle? opened = useOpenAt2 ? OpenBeneath(root, relative, flags | CloseOnExec, out error) : OpenByComponents(root, relative, flags | CloseOnExec, out error);
        return opened is not null || error is NoEntry or NotDirectory ? opened : throw Failure(error);
    }

    private static SafeFileHandle? OpenBeneath(SafeFileHandle root, string relative, int flags, out int error)
    {
        int mode = (flags & Create) != 0 ? CreateMode : 0;
        SafeFileHandle? opened = LinuxCalls.OpenAt2(root, relative, flags, mode, Beneath | NoMagicLinks | NoSymbolicLinks, out error);
        return opened is null && error is NotImplemented or NotPermitted ? OpenByComponents(root, relative, flags, out error) : opened;
    }

    private static SafeFileHandle? OpenByComponents(SafeFileHandle root, string relative, int flags, out int error)
    {
        error = CrossesRoot;
        string[] names = relative.Split('/');
        if (names.Contains("..") || relative.StartsWith('/'))
            return null;
        SafeFileHandle? folder = root;
        for (int i = 0; folder is not null && i < names.Length - 1; i++)
        {
            SafeFileHandle? next = LinuxCalls.OpenAt(folder, names[i], PathOnly | FolderOnly | ByProcessor.NoFollow | CloseOnExec, 0, out error);
            Release(folder, root);
            folder = next;
        }

        if (folder is null)
            return null;
        SafeFileHandle? opened = LinuxCalls.OpenAt(folder, names[^1], flags | ByProcessor.NoFollow, CreateMode, out error);
        Release(folder, root);
        return opened;
    }

    private static void Release(SafeFileHandle folder, SafeFileHandle root)
    {
        if (folder != root)
            folder.Dispose();
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw Failure(error);
    }

    private static Exception Failure(int error) => error switch
    {
        CrossesRoot or IsLink => new LinkLeadsOutException(),
        NoEntry => new FileNotFoundException(),
        NotDirectory => new DirectoryNotFoundException(),
        EntryExists => new FileRefusedException(FileRefusedException.Exists),
        NotEmpty => new FileRefusedException(FileRefusedException.NotEmpty),
        IsDirectory => new FileRefusedException(FileRefusedException.IsFolder),
        NameTooLong => new PathTooLongException(),
        AccessDenied or NotPermitted => new UnauthorizedAccessException(),
        _ => new IOException(Marshal.GetPInvokeErrorMessage(error)),
    };
}
