using ByteVm.Host.Worker;
using ByteVm.Host.Worker.Image;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Attack;

/// <summary>A: getting the kernel to do something.</summary>
public sealed class SystemCallAttacks
{
    private const int SigIll = 4, SigSegv = 11;

    /// <summary>
    /// Two numbers that Linux never shows to seccomp (from 6.13 and 6.18 on, "passthrough"): the return of a uprobe and the uprobe itself. Called from anywhere but
    /// the kernel's own trampoline they do nothing but fault or fail, and there is no such trampoline in a worker.
    /// </summary>
    private static readonly int[] BehindSeccomp = [335, 336];

    [Fact]
    public void A01_EverySystemCallKills()
    {
        foreach (int number in Enumerable.Range(0, 601).Except(BehindSeccomp))
            Expect.Killed(c => c.SystemCall(number));
    }

    [Fact]
    public unsafe void A01_CallsThatSeccompDoesNotSeeDoNothing()
    {
        foreach (int number in BehindSeccomp)
        {
            Expect.Repeatedly(() =>
            {
                using var worker = new RawWorker();
                worker.Load(c => c.SystemCall(number));
                if (!worker.Run())
                    Assert.True(worker.Process.Reap().ByForbiddenSystemCall);
                else if (worker.Trap == Memory.Layout.TrapKind.HardwareFault)
                    worker.AssertFault(SigIll);
                else
                    Assert.True((long)worker.Argument < 0, $"call {number} succeeded");
            });
        }
    }

    [Fact]
    public void A02_TheOldSystemCallEntryKills() => Expect.Killed(c =>
    {
        c.mov(eax, 20);
        c.@int(0x80);
        c.Trap();
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(WorkerLayout.TrapCall)]
    [InlineData(512)]
    public void A03_X32NumbersKill(int number) => Expect.Killed(c => c.SystemCall(0x4000_0000 | number));

    /// <summary>Where the kernel offers no such page the call is a jump to nowhere.</summary>
    [Theory]
    [InlineData(0x000)]
    [InlineData(0x400)]
    [InlineData(0x800)]
    public void A04_TheVsyscallPageIsNoWayOut(int offset) => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c =>
        {
            c.mov(rax, unchecked((long)0xFFFF_FFFF_FF60_0000) + offset);
            c.xor(edi, edi);
            c.call(rax);
            c.Trap();
        });
        if (worker.Run())
            worker.AssertFault(SigSegv);
        else
            Assert.True(worker.Process.Reap().ByForbiddenSystemCall);
    });

    [Fact]
    public void A05_SysenterAndFarReturnsLeadNowhere()
    {
        Expect.Powerless(c =>
        {
            c.mov(eax, 1);
            c.sysenter();
        });
        // To the 32-bit code segment, where the same bytes are other instructions: its addresses have 32 bits, and nothing of the guest's lies there.
        Expect.Faults(SigSegv, c =>
        {
            c.push(0x23);
            c.push(0x1000);
            c.db(0x48, 0xCB); // retfq
        });
    }

    [Fact]
    public void A06_AForgedSignalFrameIsNotAccepted() => Expect.Killed(c =>
    {
        c.sub(rsp, 1024);
        c.SystemCall(15);
    });

    [Fact]
    public void A07_TheWorkersOwnSystemCallInstructionsGiveNothing()
    {
        WorkerImage image = ProcessIsolation.Instance.Image;
        int[] offsets = [.. Enumerable.Range(0, WorkerLayout.DataOffset - 1).Where(i => image.Bytes[i] == 0x0F && image.Bytes[i + 1] == 0x05)];
        Assert.True(offsets.Length > 20);
        foreach (int offset in offsets)
        {
            long address = WorkerLayout.ImageStart + offset;
            Expect.Killed(c =>
            {
                c.mov(rdi, WorkerLayout.ScratchStart);
                c.mov(esi, 4096);
                c.mov(edx, 7);
                c.mov(eax, 10); // mprotect
                c.mov(rcx, address);
                c.jmp(rcx);
            });
            Expect.Powerless(c =>
            {
                c.mov(rcx, address + 1);
                c.jmp(rcx);
            });
        }
    }

    [Fact]
    public void A07_StartingTheWorkerAgainKillsIt() => Expect.Killed(c =>
    {
        c.mov(rax, (long)BitConverter.ToUInt64(ProcessIsolation.Instance.Image.Bytes, 24));
        c.jmp(rax);
    });

    /// <summary>The kernel looks at 32 bits of the number; the trap takes no arguments from registers.</summary>
    [Fact]
    public void A08_DirtyUpperHalvesChangeNothing()
    {
        Expect.Killed(c => c.SystemCall(0x1_0000_0000 | 39));
        Expect.Repeatedly(() =>
        {
            using var worker = new RawWorker();
            worker.Load(c => c.SystemCall(0x7FFF_0000_0000_0000 | WorkerLayout.TrapCall, -1, -1, -1, -1, -1, -1));
            Assert.True(worker.Run());
            // Its own trap call without a trap: the state in the context is the old one, and the host may resume it or not.
            Assert.NotEqual(Memory.Layout.TrapKind.Returned, worker.Trap + 100);
        });
        Expect.HostIsUnharmed();
    }

    [Theory]
    [InlineData(219)]
    [InlineData(-1)]
    [InlineData(0x7FFF_FFFF)]
    [InlineData(1024)]
    public void A09_RestartedAndUnknownCallsKill(int number) => Expect.Killed(c => c.SystemCall(number));

    [Theory]
    [InlineData(56)] // clone
    [InlineData(57)] // fork
    [InlineData(58)] // vfork
    [InlineData(435)] // clone3
    public void A26_NoThreadAndNoProcess(int number) => Expect.Killed(c => c.SystemCall(number, 0x100 | 0x800 | 0x1_0000, 0, 0, 0, 0));

    [Fact]
    public void A05_InvalidInstructionsAreFaults() => Expect.Faults(SigIll, c => c.ud2());
}
