using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// Which words of the old space belong to objects that were reached, and where these words will be: for each block of 64 words one bit per word and the
/// new place of the block's first live word. So the new place of an object is found without a word of the object itself: its block's
/// place and as many words more as bits are set before its own. The host's own memory, about 3 % of the old space, and only during a full collection.
/// Its blocks are found in no order, so it has huge pages where the system gives them. Whatever a hostile heap marked, there are at most as many set bits as words, so all places lie within the live bytes from the target on.
/// </summary>
internal sealed unsafe class LiveMap : IDisposable
{
    private const int BlockShift = 9;
    private const int WordShift = 3;

    private struct Block
    {
        public ulong Live;
        public uint Target;
    }

    private readonly uint origin;
    private readonly uint end;
    private readonly uint blockCount;
    private readonly Reservation memory;
    private readonly Block* blocks;

    /// <exception cref="OutOfNativeMemoryException">There is no memory for the map.</exception>
    public LiveMap(uint bottom, uint top)
    {
        origin = bottom & ~((1u << BlockShift) - 1);
        end = top;
        blockCount = ((top - origin) >> BlockShift) + 1;
        long bytes = OsMemory.RoundUpToPages((long)blockCount * sizeof(Block));
        memory = new Reservation(bytes + OsMemory.HugePageBytes);
        blocks = (Block*)(((ulong)memory.Start + OsMemory.HugePageBytes - 1) & ~(ulong)(OsMemory.HugePageBytes - 1));
        OsMemory.AdviseHugePages((byte*)blocks, bytes);
        memory.CommitForOwner((byte*)blocks, bytes);
    }

    /// <summary>Whether the word at <paramref name="offset"/> belongs to an object that was marked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLive(uint offset) => (BlockOf(offset)->Live >> Bit(offset) & 1) != 0;

    /// <summary>Marks all words of an object that ends at or before the top.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(uint offset, uint bytes)
    {
        Block* block = BlockOf(offset);
        int bit = Bit(offset);
        uint words = bytes >> WordShift;
        if (bit + words <= 64)
            block->Live |= ulong.MaxValue >> (int)(64 - words) << bit;
        else
            MarkAcross(block, bit, words);
    }

    /// <summary>Decides the new places, from <paramref name="target"/> on without gaps.</summary>
    /// <returns>Bytes of all live words.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public uint Place(uint target)
    {
        uint place = target;
        for (uint i = 0; i < blockCount; i++)
        {
            blocks[i].Target = place;
            place += (uint)BitOperations.PopCount(blocks[i].Live) << WordShift;
        }

        return place - target;
    }

    /// <summary>Where the word at <paramref name="offset"/> will be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NewPlace(uint offset)
    {
        Block* block = BlockOf(offset);
        ulong before = block->Live & ((1UL << Bit(offset)) - 1);
        return block->Target + ((uint)BitOperations.PopCount(before) << WordShift);
    }

    /// <summary>The first live word at or after <paramref name="offset"/>, or the top when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint NextLive(uint offset)
    {
        if (offset >= end)
            return end;
        uint index = (offset - origin) >> BlockShift;
        ulong live = blocks[index].Live >> Bit(offset);
        if (live != 0)
            return offset + ((uint)BitOperations.TrailingZeroCount(live) << WordShift);
        while (++index < blockCount)
        {
            if (blocks[index].Live != 0)
                return origin + (index << BlockShift) + ((uint)BitOperations.TrailingZeroCount(blocks[index].Live) << WordShift);
        }

        return end;
    }

    /// <summary>Fetches what <see cref="IsLive"/>, <see cref="Mark"/> and <see cref="NewPlace"/> read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint offset)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(BlockOf(offset));
    }

    public void Dispose() => memory.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Block* BlockOf(uint offset) => blocks + ((offset - origin) >> BlockShift);

    private static int Bit(uint offset) => (int)(offset >> WordShift & 63);

    private static void MarkAcross(Block* block, int bit, uint words)
    {
        block->Live |= ulong.MaxValue << bit;
        words -= (uint)(64 - bit);
        for (block++; words >= 64; words -= 64)
            (block++)->Live = ulong.MaxValue;
        if (words > 0)
            block->Live |= ulong.MaxValue >> (int)(64 - words);
    }
}
