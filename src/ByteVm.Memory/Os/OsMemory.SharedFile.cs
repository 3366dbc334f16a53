using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ByteVm.Memory;

/// <summary>What can no longer be done to a file of shared memory.</summary>
[Flags]
internal enum FileSeals
{
    Seal = 1,
    Shrink = 2,
    Grow = 4,
    FutureWrite = 16,
}

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
        private const int AddSeals = 1033;
        private const int PunchHole = 0x02, KeepSize = 0x01;

        /// <summary>Never written to.</summary>
        private static readonly byte[] Zeroes = new byte[256 * 1024];

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
            int protection = access switch
            {
                SharedAccess.ReadWrite => Unix.Read | Unix.Write,
                SharedAccess.ReadExecute => Unix.Read | Unix.Execute,
                _ => Unix.Read,
            };
            Unix.Map(address, bytes, protection, Unix.Shared | Unix.NoReserve | Unix.Fixed, Descriptor, "mapping shared memory");
        }

        /// <summary>
        /// Takes rights away from the file for good. FutureWrite: mappings that exist stay writable, no other will ever be, in any process.
        /// Growing stays allowed where the host grows files beneath their mappings; a worker holds no descriptor with which it could.
        /// </summary>
        public void Seal(FileSeals seals)
        {
            if (fcntl(Descriptor, AddSeals, (int)(seals | FileSeals.Seal)) != 0)
                throw Failure("sealing shared memory", Bytes);
        }

        /// <summary>Gives pages back; they read as zero afterwards, in every mapping. (MADV_DONTNEED would only forget this mapping's view of them.)</summary>
        public void Discard(long start, long bytes)
        {
            if (fallocate(Descriptor, PunchHole | KeepSize, (nint)start, (nint)bytes) != 0)
                throw Failure("discarding shared memory", bytes);
        }

        /// <summary>
        /// Allocates fresh pages, without a mapping's page faults: by writing the zeroes that they hold. (fallocate alone leaves pages to be cleared at
        /// their first fault, and such pages are mapped one by one.)
        /// </summary>
        /// <returns>False when the system has no memory for them now; a fault may yet find it.</returns>
        public bool TryPopulate(long start, long bytes)
        {
            fixed (byte* zeroes = Zeroes)
            {
                for (long done = 0; done < bytes;)
                {
                    nint written = pwrite(Descriptor, zeroes, (nuint)Math.Min(bytes - done, Zeroes.Length), (nint)(start + done));
                    if (written <= 0)
                        return false;
                    done += written;
                }
            }

            return true;
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
        private static partial nint pwrite(int file, byte* buffer, nuint count, nint offset);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int close(int file);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int fcntl(int file, int command, int argument);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int fallocate(int file, int mode, nint start, nint length);
    }
}
