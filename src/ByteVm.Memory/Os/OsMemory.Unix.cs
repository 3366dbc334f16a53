using System.Runtime.InteropServices;

namespace ByteVm.Memory;

internal static unsafe partial class OsMemory
{
    /// <summary>mmap and its kin, for Linux and macOS.</summary>
    private static partial class Unix
    {
        public const int None = 0;
        public const int Read = 1;
        public const int Write = 2;
        public const int Execute = 4;

        public const int Shared = 0x01;
        private const int Private = 0x02;
        public const int Fixed = 0x10;
        private const int DontNeed = 4;
        private const int HugePage = 14;
        private const int PopulateWrite = 23;

        private static int Anonymous => OperatingSystem.IsMacOS() ? 0x1000 : 0x20;

        public static int NoReserve => OperatingSystem.IsMacOS() ? 0x40 : 0x4000;

        public static byte* Reserve(long bytes) =>
            Map(null, bytes, None, Private | Anonymous | NoReserve, -1, "reserving address space");

        public static void Commit(byte* address, long bytes)
        {
            if (mprotect(address, (nuint)bytes, Read | Write) != 0)
                throw Failure("committing memory", bytes);
        }

        public static void Discard(byte* address, long bytes)
        {
            // Only Linux promises zeroes after MADV_DONTNEED; a fresh mapping over the old one gives them everywhere.
            if (OperatingSystem.IsLinux())
            {
                if (madvise(address, (nuint)bytes, DontNeed) != 0)
                    throw Failure("discarding memory", bytes);
            }
            else
            {
                Map(address, bytes, Read | Write, Private | Anonymous | NoReserve | Fixed, -1, "discarding memory");
            }
        }

        /// <summary>Puts a plain reservation over whatever is mapped in the range.</summary>
        public static void ReserveAgain(byte* address, long bytes) =>
            Map(address, bytes, None, Private | Anonymous | NoReserve | Fixed, -1, "reserving address space");

        public static void Release(byte* address, long bytes)
        {
            if (munmap(address, (nuint)bytes) != 0)
                throw Failure("releasing memory", bytes);
        }

        // The result does not matter: kernels without huge pages refuse, and the memory works all the same.
        public static void AdviseHugePages(byte* address, long bytes) => _ = madvise(address, (nuint)bytes, HugePage);

        // Kernels before 5.14 refuse it.
        public static void Populate(byte* address, long bytes) => _ = madvise(address, (nuint)bytes, PopulateWrite);

        public static byte* Map(byte* address, long bytes, int protection, int flags, int file, string operation)
        {
            byte* result = mmap(address, (nuint)bytes, protection, flags, file, 0);
            return (nint)result == -1 ? throw Failure(operation, bytes) : result;
        }

        [LibraryImport("libc", SetLastError = true)]
        private static partial byte* mmap(byte* address, nuint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int mprotect(byte* address, nuint length, int protection);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int madvise(byte* address, nuint length, int advice);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int munmap(byte* address, nuint length);
    }
}
