using System.Runtime.InteropServices;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;

namespace ByteVm.Runtime.Linking;

/// <summary>
/// Native memory that holds the linked code of a program, and which function an address in it belongs to. One word before a
/// function's code tells the interpreter the frame it needs: bytes below the frame pointer in the low half, local slots in the high one.
/// </summary>
internal sealed unsafe class LinkedCodeArea(bool fuse) : IDisposable
{
    private const int BlockWords = 16 * 1024;

    private readonly List<nint> blocks = [];
    private readonly Lock gate = new();
    private readonly SortedList<ulong, LinkedFunction> functions = [];

    /// <summary>The functions by address, for readers without a lock; null after an addition, until somebody asks.</summary>
    private volatile LinkedFunction[]? byAddress = [];
    private ulong* free;
    private int freeWords;

    /// <summary>Copies the code to its place. Under the program's lock.</summary>
    public void Add(LinkedFunction function, ReadOnlySpan<ulong> words)
    {
        ulong* start = Take(words.Length + 1);
        *start = (uint)function.FrameBytes | (ulong)function.LocalSlots << 32;
        words.CopyTo(new Span<ulong>(start + 1, words.Length));
        if (fuse)
            FusedInstructions.Fuse(new Span<ulong>(start + 1, words.Length));
        function.CodeWords = words.Length;
        lock (gate)
        {
            functions.Add((ulong)(start + 1), function);
            byAddress = null;
        }

        function.Code = start + 1;
    }

    public bool TryFind(ulong* address, out CodeLocation location)
    {
        LinkedFunction[] sorted = byAddress ?? Sort();
        int index = LastAtOrBelow(sorted, address);
        bool found = index >= 0 && address < sorted[index].Code + sorted[index].CodeWords;
        location = found ? new CodeLocation(sorted[index], (int)(address - sorted[index].Code)) : default;
        return found;
    }

    public void Dispose()
    {
        foreach (nint block in blocks)
            NativeMemory.Free((void*)block);
        blocks.Clear();
    }

    private LinkedFunction[] Sort()
    {
        lock (gate)
            return byAddress = [.. functions.Values];
    }

    private static int LastAtOrBelow(LinkedFunction[] sorted, ulong* address)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle].Code <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private ulong* Take(int words)
    {
        if (words > freeWords)
        {
            freeWords = Math.Max(words, BlockWords);
            free = (ulong*)NativeMemory.Alloc((nuint)freeWords, sizeof(ulong));
            blocks.Add((nint)free);
        }

        ulong* taken = free;
        free += words;
        freeWords -= words;
        return taken;
    }
}
