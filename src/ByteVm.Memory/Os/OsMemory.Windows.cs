using System.Runtime.InteropServices;

namespace ByteVm.Memory;

internal static unsafe partial class OsMemory
{
    /// <summary>VirtualAlloc and VirtualFree.</summary>
    private static partial class Windows
    {
        private const uint MemCommit = 0x1000;
        private const uint MemReserve = 0x2000;
        private const uint MemDecommit = 0x4000;
        private const uint MemRelease = 0x8000;
        private const uint PageNoAccess = 0x01;
        private const uint PageReadWrite = 0x04;

        public static byte* Reserve(long bytes)
        {
            byte* address = VirtualAlloc(null, (nuint)bytes, MemReserve, PageNoAccess);
            return address == null ? throw Failure("reserving address space", bytes) : address;
        }

        public static void Commit(byte* address, long bytes)
        {
            if (VirtualAlloc(address, (nuint)bytes, MemCommit, PageReadWrite) == null)
                throw Failure("committing memory", bytes);
        }

        public static void Discard(byte* address, long bytes)
        {
            if (!VirtualFree(address, (nuint)bytes, MemDecommit))
                throw Failure("discarding memory", bytes);
            Commit(address, bytes);
        }

        public static void Release(byte* address)
        {
            if (!VirtualFree(address, 0, MemRelease))
                throw Failure("releasing memory", 0);
        }

        [LibraryImport("kernel32", SetLastError = true)]
        private static partial byte* VirtualAlloc(byte* address, nuint size, uint type, uint protection);

        [LibraryImport("kernel32", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool VirtualFree(byte* address, nuint size, uint type);
    }
}
