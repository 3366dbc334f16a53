using System.Runtime.CompilerServices;

namespace ByteVm.Memory;

/// <summary>Presents every reference outside of the heap, each exactly once: frame slots, saved registers, globals, host handles.</summary>
public interface IRootSource
{
    /// <summary>Must call no method of the heap.</summary>
    void VisitRoots(RootVisitor visitor);
}

/// <summary>What a collection, verification or snapshot does with a root. Collections write the new reference back.</summary>
public abstract unsafe class RootVisitor
{
    /// <summary>A reference in memory: a global or another 32-bit cell.</summary>
    public abstract void Visit(uint* field);

    /// <summary>The roots from here on are in a frame of this function, for who wants to name them.</summary>
    public virtual void EnterFrame(string function)
    {
    }

    /// <summary>A frame slot or saved register: the reference in the low 32 bits, the upper half zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Visit(ulong* slot)
    {
        ulong value = *slot;
        if (value > uint.MaxValue)
            throw new HeapCorruptionException((uint)value, $"root slot holds 0x{value:X16}; the upper half of a reference must be zero");
        // Little-endian: the low half comes first.
        Visit((uint*)slot);
    }
}
