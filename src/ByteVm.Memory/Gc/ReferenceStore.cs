using System.Runtime.CompilerServices;
using ByteVm.Memory.Layout;

namespace ByteVm.Memory;

/// <summary>
/// The one place through which C# stores references into heap objects, the interpreter included. Each store dirties the card of the field, so that a
/// minor collection finds references from old objects to young ones (Wilson and Moher, "Design of the opportunistic garbage collector", OOPSLA 1989).
/// Here the mark is unconditional (Hölzle, "A fast write barrier
/// for generational garbage collectors", OOPSLA 1993 workshop); compiled code leaves it out for references to old objects.
/// </summary>
public static unsafe class ReferenceStore
{
    /// <summary>Stores at the cage offset <paramref name="field"/>, which the caller has checked to lie in an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cageBase, uint field, uint reference)
    {
        *(uint*)(cageBase + field) = reference;
        MarkCard(cageBase, field);
    }

    /// <summary>To be called after a store to the cage offset <paramref name="field"/> that was done otherwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MarkCard(byte* cageBase, uint field) =>
        *(cageBase + (field >> CageLayout.CardShift) + CageLayout.CardTableOffset) = CageLayout.DirtyCard;

    /// <summary>To be called after references were written to [<paramref name="start"/>, <paramref name="start"/> + <paramref name="bytes"/>).</summary>
    public static void MarkCards(byte* cageBase, uint start, long bytes)
    {
        if (bytes == 0)
            return;
        uint first = start >> CageLayout.CardShift, last = (uint)((start + bytes - 1) >> CageLayout.CardShift);
        Unsafe.InitBlockUnaligned(cageBase + first + CageLayout.CardTableOffset, CageLayout.DirtyCard, last - first + 1);
    }
}
