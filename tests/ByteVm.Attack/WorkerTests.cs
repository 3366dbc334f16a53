using System.Diagnostics;
using ByteVm.Host.Worker;
using ByteVm.Memory.Layout;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Attack;

public sealed unsafe class WorkerTests
{
    [Fact]
    public void AWorkerRunsCodeAtTheHostsAddresses()
    {
        using var worker = new RawWorker();
        Assert.True(worker.IsAlive);
        worker.Load(c =>
        {
            c.mov(eax, 41);
            c.inc(eax);
            c.Trap();
            c.mov(rax, __qword_ptr[r15 + (int)CageLayout.PermanentStart]);
            c.Trap();
        });
        *(ulong*)(worker.Cage.Base + CageLayout.PermanentStart) = 0x1234_5678_9ABC_DEF0;
        Assert.True(worker.Run(), worker.Process.Id.ToString());
        Assert.Equal(TrapKind.Service, worker.Context->Trap);
        Assert.Equal(42UL, worker.Context->TrapArgument);
        Assert.True(worker.Run());
        Assert.Equal(0x1234_5678_9ABC_DEF0UL, worker.Context->TrapArgument);
    }
}
