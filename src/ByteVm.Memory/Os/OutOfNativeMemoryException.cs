using System.Runtime.InteropServices;

namespace ByteVm.Memory;

/// <summary>The operating system, or a limit set by the host, refused native memory. Nothing was changed.</summary>
public sealed class OutOfNativeMemoryException : Exception
{
    public OutOfNativeMemoryException(string message) : base(message)
    {
    }

    /// <summary>A failed system call; <paramref name="error"/> is errno on Unix and the last error on Windows.</summary>
    internal OutOfNativeMemoryException(string operation, long bytes, int error)
        : base($"{operation} of {bytes:N0} bytes failed: {Marshal.GetPInvokeErrorMessage(error)} (error {error}). "
            + "Check free memory, the address-space limit (ulimit -v), the open-file limit (ulimit -n) and, with thousands of instances, vm.max_map_count.")
    {
    }
}
