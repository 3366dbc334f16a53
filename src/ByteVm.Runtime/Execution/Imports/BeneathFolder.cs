using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>
/// Opens files beneath a folder so that the kernel itself holds the path there: openat2 with RESOLVE_BENEATH. The path has no links left when it
/// comes here, so one that is met was put there since: RESOLVE_NO_SYMLINKS refuses it, RESOLVE_NO_MAGICLINKS those of /proc.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class BeneathFolder
{
    private const int OpenAt2 = 437;
    private const int PathOnly = 0x20_0000, FolderOnly = 0x1_0000, CloseOnExec = 0x8_0000, Create = 0x40, WriteOnly = 1;
    private const ulong Beneath = 0x08, NoMagicLinks = 0x02, NoSymbolicLinks = 0x04;
    private const int NoEntry = 2, AccessDenied = 13, NotPermitted = 1, NotDirectory = 20, CrossesRoot = 18, IsLink = 40, NotImplemented = 38;

    /// <param name="folder">The root, without links.</param>
    /// <param name="relative">Path from there, without links.</param>
    /// <param name="write">To write, creating the file if need be; else to read.</param>
    /// <param name="file">The opened file, or null when the path leads out of the folder.</param>
    /// <returns>False where the kernel (before 5.6, or by its own seccomp filter) does not offer this.</returns>
    /// <exception cref="IOException">The file is not there, or cannot be opened.</exception>
    public static bool TryOpen(string folder, string relative, bool write, out FileStream? file)
    {
        file = null;
        int root = OpenFolder(folder, PathOnly | FolderOnly | CloseOnExec);
        if (root < 0)
            throw Failure(Marshal.GetLastPInvokeError(), folder);
        using var held = new SafeFileHandle(root, ownsHandle: true);
        OpenHow how = new() { Flags = (ulong)(CloseOnExec | (write ? WriteOnly | Create : 0)), Mode = write ? 0x1B6UL : 0, Resolve = Beneath | NoMagicLinks | NoSymbolicLinks };
        nint opened = OpenBeneath(OpenAt2, root, relative, &how, sizeof(OpenHow));
        if (opened >= 0)
        {
            file = new FileStream(new SafeFileHandle(opened, ownsHandle: true), write ? FileAccess.Write : FileAccess.Read, bufferSize: 0);
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error is CrossesRoot or IsLink || (error is NotImplemented or NotPermitted ? false : throw Failure(error, Path.Join(folder, relative)));
    }

    private static Exception Failure(int error, string path) => error switch
    {
        NoEntry when !Directory.Exists(Path.GetDirectoryName(path)) => new DirectoryNotFoundException(),
        NoEntry => new FileNotFoundException(),
        NotDirectory => new DirectoryNotFoundException(),
        AccessDenied => new UnauthorizedAccessException(),
        _ => new IOException(Marshal.GetPInvokeErrorMessage(error)),
    };

    /// <summary>struct open_how.</summary>
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenBeneath(nint number, nint folder, string path, OpenHow* how, nint bytes);
}
