using System.Runtime.Versioning;
using ByteVm.Memory;

namespace ByteVm.Host.Native;

/// <summary>How a program is compiled; the same for all its instances.</summary>
[SupportedOSPlatform("linux")]
internal sealed record NativeOptions
{
    public static readonly NativeOptions Default = new();

    /// <summary>Prove of each function, before it can run, that its code cannot leave cage, frame and code.</summary>
    public bool CheckCode { get; init; } = true;

    /// <summary>Most bytes of machine code.</summary>
    public long CodeBytes { get; init; } = CodeRegion.DefaultLimit;
}
