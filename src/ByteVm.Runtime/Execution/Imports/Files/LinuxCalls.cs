using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>The kernel's file operations relative to an open folder. Each gives the error number, or 0; those that open give null and the number.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LinuxCalls
{
    private const int OpenAt2Number = 437;
    private const int EmptyPath = 0x1000, RemoveFolder = 0x200;
    private const uint BasicStatus = 0x7FF;
    private const int TypeMask = 0xF000, FolderType = 0x4000, FileType = 0x8000, LinkType = 0xA000;

    public static SafeFileHandle? Open(string path, int flags, out int error) => Handle(OpenRaw(path, flags, 0), out error);

    public static SafeFileHandle? OpenAt(SafeFileHandle folder, string name, int flags, int mode, out int error) => Handle(OpenAtRaw(folder, name, flags, mode), out error);

    /// <param name="resolve">RESOLVE_ flags.</param>
    public static SafeFileHandle? OpenAt2(SafeFileHandle folder, string path, int flags, int mode, ulong resolve, out int error)
    {
        OpenHow how = new() { Flags = (ulong)flags, Mode = (ulong)mode, Resolve = resolve };
        return Handle((int)OpenAt2Raw(OpenAt2Number, folder.DangerousGetHandle(), path, &how, sizeof(OpenHow)), out error);
    }

    public static int MakeFolder(SafeFileHandle parent, string name, int mode) => ErrorOf(MakeFolderRaw(parent, name, mode));

    public static int Unlink(SafeFileHandle parent, string name, bool isFolder) => ErrorOf(UnlinkRaw(parent, name, isFolder ? RemoveFolder : 0));

    public static int Rename(SafeFileHandle from, string name, SafeFileHandle to, string newName) => ErrorOf(RenameRaw(from, name, to, newName));

    public static Entry Status(SafeFileHandle file)
    {
        FileStatus status;
        if (StatusRaw(file, "", EmptyPath, BasicStatus, &status) != 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        EntryKind kind = (status.Mode & TypeMask) switch
        {
            FileType => EntryKind.File,
            FolderType => EntryKind.Folder,
            LinkType => EntryKind.Link,
            _ => EntryKind.Other,
        };
        long length = kind == EntryKind.File ? (long)status.Size : 0;
        return new Entry(kind, length, status.ModifiedSeconds * 1000 + status.ModifiedNanoseconds / 1_000_000, status.Links);
    }

    /// <summary>The names in an open folder, without "." and "..". Closes it.</summary>
    public static List<string> NamesIn(SafeFileHandle folder)
    {
        nint stream = OpenStream(folder.DangerousGetHandle());
        if (stream == 0)
        {
            folder.Dispose();
            throw new IOException("the folder cannot be read");
        }

        // The descriptor belongs to the stream now.
        folder.SetHandleAsInvalid();
        var names = new List<string>();
        for (DirectoryEntry* entry = ReadEntry(stream); entry != null; entry = ReadEntry(stream))
        {
            string name = Marshal.PtrToStringUTF8((nint)entry->Name)!;
            if (name is not ("." or ".."))
                names.Add(name);
        }

        _ = CloseStream(stream);
        return names;
    }

    private static SafeFileHandle? Handle(int descriptor, out int error)
    {
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static int ErrorOf(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenRaw(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAtRaw(SafeFileHandle folder, string name, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenAt2Raw(nint number, nint folder, string path, OpenHow* how, nint bytes);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFolderRaw(SafeFileHandle parent, string name, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkRaw(SafeFileHandle parent, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameRaw(SafeFileHandle from, string name, SafeFileHandle to, string newName);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusRaw(SafeFileHandle file, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport("libc", EntryPoint = "fdopendir", SetLastError = true)]
    private static partial nint OpenStream(nint descriptor);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial DirectoryEntry* ReadEntry(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseStream(nint stream);

    /// <summary>struct open_how.</summary>
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>What is used of struct statx.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }

    /// <summary>struct dirent of a 64-bit system.</summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct DirectoryEntry
    {
        [FieldOffset(19)]
        public fixed byte Name[256];
    }
}
