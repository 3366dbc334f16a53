using System.Diagnostics;
using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Attack;

/// <summary>C and D: against the monitor, exhaustion, side channels. What needs a whole program stands with the limits and the flips.</summary>
public sealed unsafe class ExhaustionAttacks
{
    private const int SigBus = 7, SigSegv = 11;

    /// <summary>Without a second thread (see A26) only a claim to be parked is left, and that is not believed.</summary>
    [Fact]
    public void C19_AClaimToBeParkedIsNotBelieved() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c =>
        {
            Label again = c.CreateLabel();
            c.Label(ref again);
            c.mov(__dword_ptr[r14 + Host.Worker.WorkerMailbox.Offset("Turn")], 1);
            c.inc(GuestCode.Context(nameof(InstanceContext.TrapArgument)));
            c.jmp(again);
        });
        Assert.False(worker.Run(limitMilliseconds: 50), "the host took a running worker for a parked one");
    });

    [Fact]
    public void C19_AParkedWorkerChangesNothing() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c => c.Trap());
        Assert.True(worker.Run());
        Assert.True(worker.Channel.ParkedNow);
        ulong argument = worker.Argument;
        long until = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 200;
        while (Stopwatch.GetTimestamp() < until)
            Assert.Equal(argument, Volatile.Read(ref worker.Context->TrapArgument));
    });

    [Fact]
    public void C24_ATrapAfterDeathIsDeath() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c => c.Trap());
        Assert.True(worker.Run());
        worker.Process.Kill();
        Assert.False(worker.Run());
        Assert.False(worker.Run());
        Expect.HostIsUnharmed();
    });

    /// <summary>The cage's files are as long as what the heap committed: there is no more memory to be touched.</summary>
    [Fact]
    public void D27_MemoryThatWasNotGrantedCannotBeTaken() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        foreach (uint offset in (uint[])[worker.Cage.PermanentEnd + OsMemory.HugePageBytes * 64u, worker.Cage.Middle, Cage.HeapEnd - 4096])
        {
            worker.Load(c =>
            {
                c.mov(eax, unchecked((int)offset));
                c.mov(__qword_ptr[r15 + rax], 1);
                c.Trap();
            });
            Assert.True(worker.Run());
            worker.AssertFault(SigBus);
        }
    });

    [Fact]
    public void D28_AnEndlessLoopEndsWithItsProcess() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c =>
        {
            Label here = c.CreateLabel();
            c.Label(ref here);
            c.jmp(here);
        });
        long started = Stopwatch.GetTimestamp();
        Assert.False(worker.Run(limitMilliseconds: 30));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
    });

    [Fact]
    public void D30_TheProcessorsClocksAreClosed()
    {
        Expect.Faults(SigSegv, c =>
        {
            c.rdtsc();
            c.Trap();
        });
        Expect.Faults(SigSegv, c =>
        {
            c.rdtscp();
            c.Trap();
        });
        Expect.Faults(SigSegv, c =>
        {
            c.xor(ecx, ecx);
            c.rdpmc();
            c.Trap();
        });
    }

    /// <summary>AMD's other counters, which the same prohibition covers; an unknown instruction elsewhere.</summary>
    [Fact]
    public void D30_TheProcessorsOtherCountersAreClosed() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c =>
        {
            c.mov(ecx, 1);
            c.db(0x0F, 0x01, 0xFD); // rdpru
            c.Trap();
        });
        Assert.True(worker.Run());
        Assert.Equal(TrapKind.HardwareFault, worker.Trap);
    });

    /// <summary>Where the kernel offers to switch speculation off for a process, it is off in workers and cannot be switched on again.</summary>
    [Theory]
    [InlineData(0, "Speculation_Store_Bypass")]
    [InlineData(1, "SpeculationIndirectBranch")]
    public void D30_SpeculationIsSwitchedOffWhereItCanBe(int feature, string field) => Expect.Repeatedly(() =>
    {
        const int processControl = 157, getSpeculation = 52, canBeSet = 1;
        using var worker = new RawWorker();
        string status = File.ReadLines($"/proc/{worker.Process.Id}/status").FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal)) ?? "";
        nint offered = Host.Linux.Kernel.Call(processControl, getSpeculation, feature);
        if (offered > 0 && (offered & canBeSet) != 0)
            Assert.Contains("force mitigated", status.Replace("force disabled", "force mitigated", StringComparison.Ordinal));
        else
            Assert.DoesNotContain("thread vulnerable", status);
    });

    /// <summary>A gadget may speculate where it likes: what the worker maps is what it was given, and nothing of the host, nor of another guest.</summary>
    [Fact]
    public void D30_NothingSecretIsMappedInAWorker() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        using var other = new RawWorker();
        WorkerMaps.Check(worker.Process.Id, worker.Ranges);
        Assert.DoesNotContain(worker.Ranges.Select(r => r.Address), address => other.Ranges.Any(r => address >= r.Address && address < r.Address + (ulong)r.Bytes));
    });
}
