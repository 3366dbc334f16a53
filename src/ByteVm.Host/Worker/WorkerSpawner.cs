using System.Collections.Concurrent;
using System.Runtime.Versioning;
using ByteVm.Host.Linux;
using ByteVm.Host.Worker.Image;

namespace ByteVm.Host.Worker;

/// <summary>
/// Starts worker processes, all from one thread that lives as long as this process: the signal by which a worker dies with its parent comes when
/// the parent's *thread* ends, and a thread of a pool ends when it likes.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class WorkerSpawner
{
    /// <summary>CLONE_NEWUSER, NEWPID, NEWNET, NEWIPC.</summary>
    private const ulong Namespaces = 0x1000_0000 | 0x2000_0000 | 0x4000_0000 | 0x0800_0000;

    private readonly BlockingCollection<Action> requests = [];
    private readonly SpawnStub stub = new();
    private readonly int file;
    private readonly bool namespaces;

    /// <param name="image">What the workers execute.</param>
    /// <param name="namespaces">Whether to put each into user, pid, network and IPC namespaces of its own.</param>
    public WorkerSpawner(WorkerImage image, bool namespaces)
    {
        this.namespaces = namespaces;
        file = Kernel.ExecutableFile("bytevm-worker", image.Bytes);
        new Thread(Serve) { IsBackground = true, Name = "ByteVm worker spawner" }.Start();
    }

    /// <summary>Starts a process that waits on its socket.</summary>
    /// <exception cref="IsolationException">The system refuses.</exception>
    public WorkerProcess Start()
    {
        var started = new TaskCompletionSource<WorkerProcess>();
        requests.Add(() =>
        {
            try
            {
                started.SetResult(StartHere());
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private void Serve()
    {
        foreach (Action request in requests.GetConsumingEnumerable())
            request();
    }

    private WorkerProcess StartHere()
    {
        (int ours, int theirs) = Kernel.SocketPair();
        try
        {
            int process = stub.Start(file, theirs, namespaces ? Namespaces : 0, out int descriptor, out int executeError);
            if (process < 0)
                throw new IsolationException($"a worker process cannot be started: {Message(-process)}");
            var worker = new WorkerProcess(process, descriptor, ours);
            if (executeError == 0)
                return worker;
            worker.Dispose();
            throw new IsolationException($"a worker process cannot be executed from memory: {Message(executeError)}");
        }
        catch
        {
            Kernel.Close(ours);
            throw;
        }
        finally
        {
            Kernel.Close(theirs);
        }
    }

    private static string Message(int error) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error);
}
