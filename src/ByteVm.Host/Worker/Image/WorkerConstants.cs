using System.Buffers.Binary;

namespace ByteVm.Host.Worker.Image;

/// <summary>The constants that a worker's system calls point to, at fixed addresses behind its code. Addresses are valid in the worker.</summary>
internal sealed class WorkerConstants
{
    private readonly List<ulong> words = [];

    /// <param name="landlockAbi">The kernel's version of Landlock; 0 when there is none.</param>
    public WorkerConstants(int landlockAbi)
    {
        Zeroes = Add(0, 0);
        ListenerFilter = AddFilter(SeccompFilters.Listener);
        FinalFilter = AddFilter(SeccompFilters.Final);
        SignalStack = Add((ulong)(WorkerLayout.ScratchStart + WorkerLayout.SignalStackOffset), 0, WorkerLayout.SignalStackBytes);
        LandlockRules = Add(LandlockFileRights(landlockAbi), landlockAbi >= 4 ? 3UL : 0, landlockAbi >= 6 ? 3UL : 0);
        LandlockRuleBytes = landlockAbi >= 6 ? 24 : landlockAbi >= 4 ? 16 : 8;
    }

    /// <summary>An empty signal mask; a limit of zero.</summary>
    public long Zeroes { get; }

    /// <summary>struct sock_fprog.</summary>
    public long ListenerFilter { get; }

    public long FinalFilter { get; }

    /// <summary>stack_t.</summary>
    public long SignalStack { get; }

    /// <summary>struct landlock_ruleset_attr that handles all rights; as no rule gives any back, all are gone.</summary>
    public long LandlockRules { get; }

    public int LandlockRuleBytes { get; }

    public void CopyTo(Span<byte> destination)
    {
        for (int i = 0; i < words.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(8 * i)..], words[i]);
    }

    private static ulong LandlockFileRights(int abi) => abi >= 5 ? 0xFFFFUL : abi >= 3 ? 0x7FFFUL : abi == 2 ? 0x3FFFUL : 0x1FFFUL;

    private long AddFilter(ulong[] program)
    {
        long start = Add(program);
        return Add((ulong)program.Length, (ulong)start);
    }

    private long Add(params ReadOnlySpan<ulong> values)
    {
        long address = WorkerLayout.DataStart + 8 * words.Count;
        foreach (ulong value in values)
            words.Add(value);
        return address;
    }
}
