using System.Runtime.Versioning;
using ByteVm.Memory;
using ByteVm.Runtime.Execution;

namespace ByteVm.Host.Worker;

/// <summary>A worker process that has an instance's memory and a program's code, and is parked in its first trap: all that is left is to tell it where to begin.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class AttachedWorker : IDisposable
{
    /// <param name="memory">The instance's; its context is written to.</param>
    /// <param name="program">The program's metadata and machine code.</param>
    /// <param name="timestampCounter">Whether its code may read the processor's timestamp counter.</param>
    /// <exception cref="IsolationException">There is no worker to be had, or it could not be isolated.</exception>
    public AttachedWorker(ProcessIsolation isolation, InstanceMemory memory, ReadOnlySpan<SharedRange> program, bool timestampCounter)
    {
        memory.Context->TrapStub = isolation.Image.LightTrap;
        memory.Context->FullTrapStub = isolation.Image.FullTrap;
        memory.Context->GuestMxcsr = WorldSwitch.DefaultMxcsr;
        Process = isolation.Start();
        try
        {
            int listener = Process.Attach([.. memory.Shared, .. program], timestampCounter);
            Channel = new TrapChannel(Process, listener, memory.Context);
            if (!Channel.WaitForTrap())
                throw new IsolationException($"a worker process ended before its first trap: {Process.Reap()}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public WorkerProcess Process { get; }

    public TrapChannel Channel { get; } = null!;

    public void Dispose()
    {
        Process.Dispose();
        Channel?.Dispose();
    }
}
