using System.Runtime.CompilerServices;

namespace ByteVm.Memory;

/// <summary>
/// The one place through which C# stores a reference into a heap object. A collector with generations needs to hear of such
/// stores (the write barrier); the copying collector does not, so today this is a plain store.
/// </summary>
public static unsafe class ReferenceStore
{
    /// <summary>Stores at the cage offset <paramref name="field"/>, which the caller has checked to lie in an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* cageBase, uint field, uint reference) => *(uint*)(cageBase + field) = reference;
}
