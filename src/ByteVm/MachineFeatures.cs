using ByteVm.Host;
using ByteVm.Host.Worker;

namespace ByteVm;

/// <summary>One thing that an isolation level builds on.</summary>
/// <param name="Name">As its documentation names it.</param>
/// <param name="IsRequired">Whether isolation in processes is refused without it; the others are additional walls where they can be had.</param>
/// <param name="IsAvailable">What the probe found on this machine.</param>
/// <param name="Probe">How it was found out.</param>
public sealed record MachineFeature(string Name, bool IsRequired, bool IsAvailable, string Probe);

/// <summary>What this machine offers to run guests, found out by trying it.</summary>
public static class MachineFeatures
{
    /// <summary>All features, probed now. The last one is a worker process as a whole, started and stopped.</summary>
    public static IReadOnlyList<MachineFeature> Probe()
    {
        MachineFeature direct = new("direct execution (x86-64 Linux)", true, DirectExecution.UnsupportedReason is null, "operating system and processor of this process");
        return DirectExecution.IsSupported ? [direct, .. ProbeIsolation()] : [direct];
    }

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static List<MachineFeature> ProbeIsolation()
    {
        try
        {
            ProcessIsolation isolation = ProcessIsolation.Instance;
            return [.. isolation.Features.Select(Public), new("a worker process", true, true, "started one")];
        }
        catch (PlatformNotSupportedException e)
        {
            return [.. IsolationFeatures.Probe().Select(Public), new("a worker process", true, false, e.Message)];
        }
    }

    private static MachineFeature Public(IsolationFeature feature) => new(feature.Name, feature.IsRequired, feature.IsAvailable, feature.Probe);
}
