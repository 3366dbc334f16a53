using System.Runtime.Versioning;
using ByteVm.Memory;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Worker;

/// <summary>The memory of an instance to be, with the worker that will run it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ReadyMemory : InstanceMemory
{
    private AttachedWorker? worker;

    public ReadyMemory(Program program, SharedRange[] shared, WorkerShape shape) : base(program, shape.StackBytes, shared: true)
    {
        Shape = shape;
        try
        {
            worker = new AttachedWorker(ProcessIsolation.Instance, this, shared, shape.TimestampCounter);
        }
        catch
        {
            base.Dispose();
            throw;
        }
    }

    public WorkerShape Shape { get; }

    /// <summary>The worker, until it is taken.</summary>
    public AttachedWorker? Worker => worker;

    /// <summary>The worker, which is the caller's from now on; null if it was taken before.</summary>
    public AttachedWorker? TakeWorker() => Interlocked.Exchange(ref worker, null);

    public override void Dispose()
    {
        worker?.Dispose();
        base.Dispose();
    }
}
