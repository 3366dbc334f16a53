using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;

namespace ByteVm.Attack;

/// <summary>Workers made ahead of need: that they serve, and that nothing of one guest is ever seen by the next.</summary>
public sealed unsafe class PoolTests
{
    private const string Source = "fn twice(x: int): int = 2 * x\nfn fill(n: int): int { var s = 0; for i in 0..n { s = s + (new byte[1000]).length }; return s }";

    private static readonly InstanceOptions Options = Guests.Options(IsolationLevel.Process);

    [Fact]
    public void AReadyWorkerServesAndIsReplaced()
    {
        using GuestProgram program = Guests.Compile(Source);
        program.KeepWorkersReady(2, Options);
        var workers = new HashSet<int>();
        for (int i = 0; i < 6; i++)
        {
            using GuestInstance instance = program.Instantiate(Options);
            Assert.IsType<ReadyMemory>(instance.Instance.Memory);
            Assert.Equal(2 * i, instance.Call<int>("twice", i));
            Assert.True(workers.Add(WorkerOf(instance).Id), "a worker served twice");
            program.KeepWorkersReady(2, Options);
        }
    }

    [Fact]
    public void InstancesThatNeedAnotherWorkerGetOne()
    {
        using GuestProgram program = Guests.Compile(Source);
        program.KeepWorkersReady(1, Options);
        using GuestInstance instance = program.Instantiate(Options with { StackBytes = 64 * 1024 });
        Assert.IsNotType<ReadyMemory>(instance.Instance.Memory);
        Assert.Equal(42, instance.Call<int>("twice", 21));
    }

    [Fact]
    public void AnInstanceThatIsNeverCalledLeavesNoWorker()
    {
        using GuestProgram program = Guests.Compile(Source);
        program.KeepWorkersReady(1, Options);
        GuestInstance instance = program.Instantiate(Options);
        int worker = ((ReadyMemory)instance.Instance.Memory).Worker!.Process.Id;
        instance.Dispose();
        Assert.False(Directory.Exists($"/proc/{worker}"));
    }

    /// <summary>The guest before wrote to every byte it had; whoever comes next finds zeroes, in the worker's own memory as well.</summary>
    [Fact]
    public void NothingOfAGuestIsLeftForTheNext()
    {
        using GuestProgram program = Guests.Compile(Source);
        for (int i = 0; i < 5; i++)
        {
            program.KeepWorkersReady(1, Options);
            using GuestInstance instance = program.Instantiate(Options);
            Cage cage = instance.Instance.Cage;
            GuestStack stack = instance.Instance.Stack;
            InstanceContext* context = instance.Instance.Context;
            Assert.True(((Span<long>)new((byte*)context + InstanceContext.GeneralRegisterOffset(0), 48)).ContainsAnyExcept(0) == false);
            Span<byte> frames = new(stack.Limit, (int)(stack.Top - stack.Limit));
            Assert.False(frames.ContainsAnyExcept((byte)0), "frames of an earlier guest show");
            instance.Call("fill", 1);
            Span<byte> heap = new(cage.Base + cage.PermanentEnd + 64 * 1024, 64 * 1024);
            cage.Commit(cage.PermanentEnd, cage.PermanentEnd + 128 * 1024);
            Assert.False(heap.ContainsAnyExcept((byte)0), "memory of an earlier guest shows");
            heap.Fill(0xA5);
            frames.Fill(0xA5);
            new Span<byte>((byte*)context + InstanceContext.GeneralRegisterOffset(0), 384).Fill(0xA5);
        }
    }

    [Fact]
    public void AReadyWorkerThatWasKilledCostsItsInstanceOnly()
    {
        using GuestProgram program = Guests.Compile(Source);
        program.KeepWorkersReady(1, Options);
        using GuestInstance instance = program.Instantiate(Options);
        ((ReadyMemory)instance.Instance.Memory).Worker!.Process.Kill();
        Assert.Equal(FaultKind.WorkerDied, Guests.FaultOf(instance, "twice", 1)!.Kind);
        using GuestInstance other = program.Instantiate(Options);
        Assert.Equal(2, other.Call<int>("twice", 1));
    }

    [Fact]
    public void SpinningTrapsGiveTheSame()
    {
        using var output = new StringWriter();
        using GuestInstance instance = LifecycleTests.Program.Instantiate(Options with { SpinningTraps = true, TimestampCounter = true, Console = GuestConsole.To(output) });
        Assert.Equal(2000 * 1999 / 2, instance.Call<int>("count", 2000));
        WorkerProcess worker = WorkerOf(instance);
        using var killer = new Timer(_ => worker.Kill(), null, 20, Timeout.Infinite);
        Assert.Equal(FaultKind.WorkerDied, Guests.FaultOf(instance, "spin")!.Kind);
        Assert.StartsWith("0\n1\n2\n", output.ToString());
    }

    private static WorkerProcess WorkerOf(GuestInstance instance) => ((WorkerSession)instance.Instance.ProcessorState!).Worker;
}
