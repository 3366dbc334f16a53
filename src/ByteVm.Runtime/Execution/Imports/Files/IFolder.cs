using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>What a file is opened for.</summary>
internal enum FileUse
{
    /// <summary>To be read; it must be there.</summary>
    Read,

    /// <summary>To be written from its beginning; made if need be. The content that was there goes once the file has been checked.</summary>
    Replace,

    /// <summary>To be written at its end; made if need be.</summary>
    Append,

    /// <summary>To be written; it must not be there yet.</summary>
    Create,

    /// <summary>To be written in place; it must be there.</summary>
    Update,
}

/// <summary>What lies at a path. The numbers are what guests see.</summary>
internal enum EntryKind
{
    File = 1,
    Folder = 2,

    /// <summary>A pipe, socket or device: never opened.</summary>
    Other = 3,

    /// <summary>A symbolic link: seen only by who asks for the name itself.</summary>
    Link = 4,
}

/// <param name="Length">In bytes; 0 for folders.</param>
/// <param name="Modified">Milliseconds since 1970-01-01 00:00 UTC.</param>
/// <param name="Names">How many names in the file system lead to it: more than one where there are hard links.</param>
internal readonly record struct Entry(EntryKind Kind, long Length, long Modified, long Names);

/// <summary>
/// A folder that a guest was granted, as the place where its file operations happen. Every path is relative to it and has no links and no ".." when
/// it comes here; a link that is met was put there since and is refused. Nothing is opened that is no ordinary file, and nothing that has
/// several names is opened to be written: one of them may lie elsewhere.
/// </summary>
internal interface IFolder
{
    /// <summary>Null when there is nothing.</summary>
    Entry? Find(string relative);

    /// <summary>As <see cref="Find"/>, of the last name itself, which may be a link.</summary>
    Entry? FindName(string relative);

    /// <exception cref="FileRefusedException">It is no ordinary file, has several names, or a link leads there.</exception>
    /// <exception cref="IOException">The system does not open it.</exception>
    /// <exception cref="UnauthorizedAccessException">As for all members: the system denies access.</exception>
    SafeFileHandle Open(string relative, FileUse use);

    /// <summary>Names in a folder, in no order.</summary>
    IEnumerable<string> List(string relative);

    void CreateFolder(string relative);

    /// <summary>Removes a file, an empty folder, or a link itself.</summary>
    void Remove(string relative);

    /// <summary>Gives a file or folder another name; a file that has that name is replaced.</summary>
    /// <param name="target">Of the same class as this.</param>
    void Rename(string relative, IFolder target, string newRelative);
}

/// <summary>A file operation that ByteVm refuses; the message is the reason.</summary>
internal class FileRefusedException(string reason) : Exception(reason)
{
    public const string NoOrdinaryFile = "it is no ordinary file but a device, a pipe or a socket";
    public const string SeveralNames = "the file has several names (hard links), and one may lie outside of the granted folder";
    public const string IsFolder = "it is a folder";
    public const string NoFolder = "it is no folder";
    public const string Exists = "there is something of that name already";
    public const string NotEmpty = "the folder is not empty";
}

/// <summary>A path that only a grant of another folder would allow.</summary>
internal sealed class LinkLeadsOutException() : FileRefusedException("a link leads out of the granted folder; grant where it leads, and name that directly");

/// <summary>Rules that every <see cref="IFolder"/> holds.</summary>
internal static class FileRules
{
    /// <exception cref="FileRefusedException">The entry may not be opened for that.</exception>
    public static void Check(in Entry entry, FileUse use)
    {
        if (entry.Kind == EntryKind.Folder)
            throw new FileRefusedException(FileRefusedException.IsFolder);
        if (entry.Kind != EntryKind.File)
            throw new FileRefusedException(FileRefusedException.NoOrdinaryFile);
        if (use == FileUse.Create)
            throw new FileRefusedException(FileRefusedException.Exists);
        if (use != FileUse.Read && entry.Names > 1)
            throw new FileRefusedException(FileRefusedException.SeveralNames);
    }
}
