using System.Runtime.CompilerServices;

namespace ByteVm.Memory;

/// <summary>
/// A contiguous part of the cage that holds objects one after another. Knows how far it is committed and how far it may hold
/// something else than zero, so that fresh memory is never cleared a second time and warm memory is used again.
/// Invariants: Start &lt;= dirty &lt;= committed &lt;= End; memory in [dirty, committed) is zero. Start &lt;= populated &lt;= committed; nothing
/// was ever stored at or above populated.
/// </summary>
internal sealed unsafe class Space
{
    private const long SmallStep = 256 * 1024;
    private const long HugeStep = 16L * OsMemory.HugePageBytes;

    /// <summary>What comes by single page faults, so that small instances take no page they do not use.</summary>
    private const uint PopulateFrom = 64 * 1024;

    /// <summary>Most memory brought in at once: a bound on the time it takes. The rest of a larger object comes by page faults.</summary>
    private const uint PopulateAtMost = 32 * 1024 * 1024;

    private const byte PoisonByte = 0xDB;

    private readonly Cage cage;
    private readonly bool hugePages;
    private uint committed;
    private uint dirty;
    private uint populated;

    /// <summary>End of what other threads brought in, or will.</summary>
    private uint populatedAhead;

    public Space(Cage cage, uint start, uint end, bool hugePages)
    {
        this.cage = cage;
        this.hugePages = hugePages;
        (Start, End) = (start, end);
        committed = dirty = populated = start;
    }

    public uint Start { get; }

    public uint End { get; }

    /// <summary>Makes [Start, <paramref name="limit"/>) accessible, in large steps so that growing costs few system calls.</summary>
    public void Commit(uint limit)
    {
        if (limit > committed)
            Grow(limit);
        if (limit > populated)
            Populate(limit);
    }

    /// <summary>Makes [<paramref name="from"/>, <paramref name="to"/>) zero and hands it to the guest.</summary>
    public void HandOut(uint from, uint to)
    {
        Commit(to);
        uint stale = Math.Min(to, dirty);
        if (from < stale)
            Unsafe.InitBlockUnaligned(cage.Base + from, 0, stale - from);
        dirty = Math.Max(dirty, to);
    }

    /// <summary>
    /// Has memory brought in that will be needed soon, if it is not yet: whole huge pages alone, and a part of what is wanted only when that is not little.
    /// </summary>
    /// <param name="top">End of what is in use.</param>
    /// <param name="ahead">Bytes beyond that are wanted.</param>
    /// <param name="limit">It never grows beyond.</param>
    public void PopulateAhead(uint top, long ahead, uint limit)
    {
        ahead = Math.Min(ahead, PopulateAtMost);
        long wanted = Math.Min(top + ahead & -(long)OsMemory.HugePageBytes, limit);
        long ready = Math.Max(populatedAhead, top + (OsMemory.HugePageBytes - 1L) & -(long)OsMemory.HugePageBytes);
        if (wanted - ready < Math.Max(OsMemory.HugePageBytes, ahead / 4))
            return;
        Commit((uint)wanted);
        if (cage.TryPopulateLater((uint)ready, (uint)wanted))
            populatedAhead = (uint)wanted;
    }

    /// <summary>Notes that a collection wrote [Start, <paramref name="to"/>).</summary>
    public void MarkFilled(uint to) => dirty = Math.Max(dirty, to);

    /// <summary>Overwrites a part where no object lies any more, so that a stale reference shows.</summary>
    public void Poison(uint from, uint to)
    {
        Unsafe.InitBlockUnaligned(Memory(from), PoisonByte, to - from);
        dirty = Math.Max(dirty, to);
    }

    public byte* Memory(uint offset) => cage.Base + offset;

    /// <summary>Returns memory beyond <paramref name="keep"/> to the system, when it is not little beside what is kept.</summary>
    public void Trim(uint keep)
    {
        keep = (uint)Math.Min(End, (keep + (OsMemory.HugePageBytes - 1L)) & -(long)OsMemory.HugePageBytes);
        if (dirty <= keep || dirty - keep <= (keep - Start) / 4)
            return;
        cage.Discard(keep, committed);
        dirty = keep;
        populated = Math.Min(populated, keep);
        populatedAhead = Math.Min(populatedAhead, keep);
    }

    /// <summary>Returns a part to the system, which is zero afterwards.</summary>
    public void Discard(uint from, uint to) => cage.Discard(from, to);

    private void Grow(uint limit)
    {
        if (hugePages && committed == Start)
            cage.AdviseHugePages(Start, End);
        long step = hugePages ? HugeStep : SmallStep;
        uint target = (uint)Math.Min(End, Start + (limit - Start + step - 1) / step * step);
        cage.Commit(committed, target);
        committed = target;
    }

    /// <summary>The nursery is brought in a step ahead, since it will be filled; elsewhere only what is asked for.</summary>
    private void Populate(uint limit)
    {
        uint from = populated;
        if (limit - Start <= PopulateFrom)
        {
            populated = (uint)OsMemory.RoundUpToPages(limit);
            return;
        }

        populated = hugePages ? (uint)Math.Min(committed, (limit + (PopulateFrom - 1L)) & -(long)PopulateFrom) : committed;
        cage.Populate(from, Math.Min(populated, from + PopulateAtMost));
    }
}
