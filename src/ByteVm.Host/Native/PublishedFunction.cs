using ByteVm.Jit.X64.Baseline;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Native;

/// <summary>A function whose machine code runs, or is about to.</summary>
/// <param name="Address">Where its code lies in the code space.</param>
internal sealed record PublishedFunction(ulong Address, LinkedFunction Function, CompiledFunction Compiled)
{
    public ulong End => Address + (ulong)Compiled.Code.Length;
}
