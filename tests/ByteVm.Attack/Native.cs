using System.Runtime.InteropServices;

namespace ByteVm.Attack;

/// <summary>What an attacker with a descriptor would try.</summary>
internal static partial class Native
{
    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeHardLink(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    public static partial int Truncate(int descriptor, nint bytes);

    public static long Length(int descriptor)
    {
        const int fromEnd = 2;
        return Seek(descriptor, 0, fromEnd);
    }

    [LibraryImport("libc", EntryPoint = "lseek")]
    private static partial nint Seek(int descriptor, nint offset, int whence);

    public static bool CanMapWritable(int descriptor)
    {
        const int readWrite = 3, shared = 1;
        nint address = Map(0, 4096, readWrite, shared, descriptor, 0);
        if (address == -1)
            return false;
        _ = Unmap(address, 4096);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nint bytes, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint bytes);
}
