using System.Runtime.Versioning;
using ByteVm.Host.Worker.Image;

namespace ByteVm.Host.Worker;

/// <summary>
/// Worker processes of this process: their program, and the thread that starts them. A process has one, as it has one
/// set of children; it is made at first use and stays.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ProcessIsolation
{
    private static readonly Lazy<ProcessIsolation> Lazy = new(() => new ProcessIsolation());

    private readonly WorkerSpawner spawner;

    private ProcessIsolation()
    {
        if (!DirectExecution.IsSupported)
            throw new IsolationException(DirectExecution.UnsupportedReason!.TrimEnd('.'));
        Features = IsolationFeatures.Probe();
        if (Features.FirstOrDefault(f => f.IsRequired && !f.IsAvailable) is { } missing)
            throw new IsolationException($"this kernel lacks {missing.Name} (probed: {missing.Probe})");
        Image = new WorkerImage(IsolationFeatures.LandlockAbi);
        (spawner, HasNamespaces) = StartSpawner();
        Features = [.. Features, new("user, pid, network and IPC namespaces", false, HasNamespaces, "a worker started in them")];
    }

    /// <summary>Throws <see cref="IsolationException"/> where workers are not to be had, with the name of what is missing.</summary>
    public static ProcessIsolation Instance => Lazy.Value;

    public IReadOnlyList<IsolationFeature> Features { get; }

    public bool HasNamespaces { get; }

    public WorkerImage Image { get; }

    /// <summary>A worker that waits for its instance.</summary>
    /// <exception cref="IsolationException">The system refuses.</exception>
    public WorkerProcess Start() => spawner.Start();

    /// <summary>With namespaces where the system allows them, which one worker finds out.</summary>
    private (WorkerSpawner Spawner, bool HasNamespaces) StartSpawner()
    {
        var isolated = new WorkerSpawner(Image, namespaces: true);
        try
        {
            isolated.Start().Dispose();
            return (isolated, true);
        }
        catch (IsolationException)
        {
            var plain = new WorkerSpawner(Image, namespaces: false);
            plain.Start().Dispose();
            return (plain, false);
        }
    }
}
