using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ByteVm.Memory;

internal static unsafe partial class OsMemory
{
    /// <summary>
    /// Memory with a file descriptor (memfd), so that it can be mapped more than once and by more than one process. Linux only.
    /// A mapping may be larger than the file: beyond the file's end every access faults (SIGBUS), and <see cref="Grow"/> opens more of it.
    /// </summary>
    [SupportedOSPlatform("linux")]
    internal sealed partial class SharedFile : IDisposable
    {
        private const uint CloseOnExec = 1;
        private const uint AllowSealing = 2;
        private const uint NoExecuteSeal = 8;
        private const uint Executable = 16;
        private const int InvalidArgument = 22;

        public SharedFile(string name, bool executable)
        {
            Descriptor = memfd_create(name, CloseOnExec | AllowSealing | (executable ? Executable : NoExecuteSeal));
            // Kernels before 6.3 know neither flag and refuse them.
            if (Descriptor < 0 && Marshal.GetLastPInvokeError() == InvalidArgument)
                Descriptor = memfd_create(name, CloseOnExec | AllowSealing);
            if (Descriptor < 0)
                throw Failure("creating shared memory", 0);
        }

        public int Descriptor { get; private set; }

        public long Bytes { get; private set; }

        public void Grow(long bytes)
        {
            if (ftruncate(Descriptor, (nint)bytes) != 0)
                throw Failure("growing shared memory", bytes);
            Bytes = bytes;
        }

        /// <summary>Maps the file from its start over a reserved range.</summary>
        public void MapOver(byte* address, long bytes, SharedAccess access)
        {
            int protection = access == SharedAccess.ReadWrite ? Unix.Read | Unix.Write : Unix.Read | Unix.Execute;
            Unix.Map(address, bytes, protection, Unix.Shared | Unix.NoReserve | Unix.Fixed, Descriptor, "mapping shared memory");
        }

        public static void Unmap(byte* address, long bytes) => Unix.ReserveAgain(address, bytes);

        public void Dispose()
        {
            if (Descriptor < 0)
                return;
            _ = close(Descriptor);
            Descriptor = -1;
        }

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        private static partial int memfd_create(string name, uint flags);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int ftruncate(int file, nint length);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int close(int file);
    }
}
