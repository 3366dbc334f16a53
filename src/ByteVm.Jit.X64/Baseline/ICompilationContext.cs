using ByteVm.Memory.Layout;
using ByteVm.Runtime.Linking;

namespace ByteVm.Jit.X64.Baseline;

/// <summary>What the compiler asks of the program whose function it compiles.</summary>
internal interface ICompilationContext
{
    /// <summary>Registers a place that may trap.</summary>
    /// <returns>Its number in the program.</returns>
    uint AddTrapSite(LinkedFunction function, int word);

    /// <summary>The published descriptor at this metadata offset.</summary>
    TypeDescriptor Descriptor(uint offset);

    /// <summary>Metadata offset of the descriptor of strings.</summary>
    uint StringDescriptor { get; }
}
