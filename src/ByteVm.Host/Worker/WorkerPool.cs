using System.Runtime.Versioning;
using ByteVm.Memory;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Host.Worker;

/// <summary>What a ready worker was made with, so that it serves only instances that ask for the same.</summary>
internal readonly record struct WorkerShape(long StackBytes, bool TimestampCounter)
{
    public static WorkerShape Of(InstanceOptions options) => new(options.StackBytes, options.TimestampCounter);
}

/// <summary>
/// Workers of one program made ahead of need, each with the whole memory of an instance to be and parked in its first trap. Nothing of them was
/// ever used: a worker serves one instance and is killed with it, and its memory goes back to the system, which zeroes it. Making one takes a
/// millisecond, on a thread of the pool; zeroing what a hostile guest left, and making sure of its registers and mappings, would take no
/// less and be one more thing to be wrong.
/// </summary>
/// <param name="program">Whose instances they are for.</param>
/// <param name="shared">Its metadata and machine code.</param>
[SupportedOSPlatform("linux")]
internal sealed class WorkerPool(Program program, SharedRange[] shared) : IDisposable
{
    private readonly Lock gate = new();

    /// <summary>Held while one is made, so that the program stays while it is read.</summary>
    private readonly Lock making = new();
    private readonly Queue<ReadyMemory> ready = [];
    private WorkerShape shape;
    private int wanted;
    private bool refilling;

    /// <summary>Keeps this many ready for instances of a shape, beginning now; those of another shape are given up.</summary>
    /// <exception cref="IsolationException">There is no worker to be had.</exception>
    public void Keep(int count, WorkerShape ofShape)
    {
        lock (gate)
            (wanted, shape) = (count, ofShape);
        while (Surplus() is { } memory)
            memory.Dispose();
        while (AddOne())
        {
        }
    }

    /// <summary>A ready one, or null; its place is filled again in the background.</summary>
    public ReadyMemory? TryTake(WorkerShape ofShape)
    {
        ReadyMemory? taken;
        lock (gate)
        {
            if (ofShape != shape || !ready.TryDequeue(out taken))
                return null;
            if (refilling)
                return taken;
            refilling = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Refill(), this, preferLocal: false);
        return taken;
    }

    public void Dispose()
    {
        lock (gate)
            (wanted, shape) = (0, default);
        making.Enter();
        making.Exit();
        while (Surplus() is { } memory)
            memory.Dispose();
    }

    /// <summary>One that is too many or of another shape than wanted.</summary>
    private ReadyMemory? Surplus()
    {
        lock (gate)
            return ready.TryPeek(out ReadyMemory? first) && (ready.Count > wanted || first.Shape != shape) ? ready.Dequeue() : null;
    }

    private void Refill()
    {
        try
        {
            while (AddOne())
            {
            }
        }
        catch (PlatformNotSupportedException)
        {
            // The next that needs a worker starts it itself, and is told why it cannot.
        }
        finally
        {
            lock (gate)
                refilling = false;
        }
    }

    /// <returns>False when there are enough.</returns>
    private bool AddOne()
    {
        lock (making)
        {
            if (NextShape() is not { } next)
                return false;
            var made = new ReadyMemory(program, shared, next);
            lock (gate)
                ready.Enqueue(made);
        }

        while (Surplus() is { } memory)
            memory.Dispose();
        return true;
    }

    private WorkerShape? NextShape()
    {
        lock (gate)
            return ready.Count < wanted ? shape : null;
    }
}
