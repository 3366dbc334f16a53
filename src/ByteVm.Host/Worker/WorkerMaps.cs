using System.Globalization;
using ByteVm.Memory;

namespace ByteVm.Host.Worker;

/// <summary>
/// Checks the memory map of a worker before its guest starts: there must be the worker's own two ranges, what was shared with it, each once and
/// with just the rights that were meant, and nothing else. So nothing is writable and executable, and code and metadata have no writable alias.
/// </summary>
internal static class WorkerMaps
{
    private readonly record struct Mapping(ulong Start, ulong End, string Rights);

    /// <exception cref="IsolationException">The map differs; the message says where.</exception>
    public static void Check(int process, ReadOnlySpan<SharedRange> ranges)
    {
        HashSet<Mapping> expected =
        [
            new((ulong)WorkerLayout.ImageStart, (ulong)WorkerLayout.ImageStart + WorkerLayout.ImageBytes, "r-xp"),
            new((ulong)WorkerLayout.ScratchStart, (ulong)WorkerLayout.ScratchStart + WorkerLayout.ScratchBytes, "rw-p"),
        ];
        foreach (SharedRange range in ranges)
            expected.Add(new(range.Address, range.Address + (ulong)range.Bytes, Rights(range.Access)));

        foreach (string line in File.ReadLines($"/proc/{process}/maps"))
        {
            // The kernel lists this page for every process; it is not the process's own, and calling it is a system call.
            if (!line.EndsWith("[vsyscall]", StringComparison.Ordinal) && !expected.Remove(Parse(line)))
                throw new IsolationException($"the worker has a mapping that it must not have: {line}");
        }

        if (expected.Count > 0)
            throw new IsolationException($"the worker lacks a mapping: {expected.First()}");
    }

    private static string Rights(SharedAccess access) => access switch
    {
        SharedAccess.ReadWrite => "rw-s",
        SharedAccess.ReadExecute => "r-xs",
        _ => "r--s",
    };

    private static Mapping Parse(string line)
    {
        int dash = line.IndexOf('-');
        int space = line.IndexOf(' ');
        return new(
            ulong.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            ulong.Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            line.Substring(space + 1, 4));
    }
}
