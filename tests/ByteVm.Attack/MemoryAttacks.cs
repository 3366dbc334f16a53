using ByteVm.Host.Worker;
using ByteVm.Memory;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Attack;

/// <summary>B: memory and code.</summary>
public sealed unsafe class MemoryAttacks
{
    private const int SigTrap = 5, SigBus = 7, SigFpe = 8, SigSegv = 11;

    [Fact]
    public void B10_CodeCannotBeWritten() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        foreach (ulong address in (ulong[])[worker.Code.Shared.Address, (ulong)WorkerLayout.ImageStart + 200, worker.MetadataStart + 64])
        {
            worker.Load(c =>
            {
                c.mov(rax, (long)address);
                c.mov(__byte_ptr[rax], 0x90);
                c.Trap();
            });
            Assert.True(worker.Run());
            worker.AssertFault(SigSegv);
            Assert.Equal(address, worker.Context->FaultAddress);
        }
    });

    [Fact]
    public void B11_WildJumpsFault()
    {
        JumpTo(SigSegv, w => (ulong)w.Cage.Base + CageLayout.PermanentStart);
        JumpTo(SigSegv, w => (ulong)w.Stack.Limit);
        JumpTo(SigSegv, w => (ulong)w.Context);
        JumpTo(SigSegv, w => (ulong)w.Cage.Base - 4096);
        JumpTo(SigSegv, w => w.MetadataStart + 64);
        // Beyond the end of what was written: int3; beyond the end of the file: nothing.
        JumpTo(SigTrap, w => w.Code.Shared.Address + 65536 - 64);
        JumpTo(SigBus, w => w.Code.Shared.Address + (1 << 20) - 4096);
    }

    private static void JumpTo(int signal, Func<RawWorker, ulong> target) =>
        Expect.Faults(signal, c => c.jmp(GuestCode.Context(nameof(InstanceContext.ResultInteger))), worker => worker.Context->ResultInteger = target(worker));

    [Fact]
    public void B11_TheMiddleOfAnInstructionIsStillPowerless() => Expect.Powerless(c =>
    {
        Label inside = c.CreateLabel();
        c.lea(rax, __[inside]);
        c.inc(rax);
        c.jmp(rax);
        c.Label(ref inside);
        c.mov(rcx, 0x0F05_0F05_0F05_0F05); // syscall, hidden
        c.Trap();
    });

    [Theory]
    [InlineData(10)] // mprotect
    [InlineData(9)] // mmap
    [InlineData(25)] // mremap
    [InlineData(11)] // munmap
    [InlineData(28)] // madvise
    [InlineData(216)] // remap_file_pages
    [InlineData(319)] // memfd_create
    [InlineData(329)] // pkey_mprotect
    [InlineData(310)] // process_vm_readv
    [InlineData(77)] // ftruncate
    public void B12_NoCallChangesMemory(int number) =>
        Expect.Killed(c => c.SystemCall(number, WorkerLayout.ScratchStart, 4096, 7, 0x22, -1, 0));

    [Fact]
    public void B13_NothingElseIsMapped() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c =>
        {
            c.mov(rax, GuestCode.Context(nameof(InstanceContext.ResultInteger)));
            c.mov(rax, __qword_ptr[rax]);
            c.Trap();
        });
        ulong start = worker.Context->GuestRip;
        var random = new Random(13);
        ulong[] probes =
        [
            .. Enumerable.Range(0, 500).Select(_ => (ulong)random.NextInt64(0, WorkerLayout.UserEnd) & ~7UL),
            .. HostAddresses(),
            .. worker.Ranges.SelectMany(r => new[] { r.Address - 8, r.Address + (ulong)r.Bytes }),
            0, 4096, 0x7FFF_FFFF_E000, 0x7FFF_F7FC_0000,
        ];
        foreach (ulong address in probes.Where(a => !IsMapped(worker, a)))
        {
            worker.Context->ResultInteger = address;
            worker.Context->GuestRip = start;
            worker.Context->Resume = ResumeKind.Light;
            Assert.True(worker.Run(), $"died at 0x{address:x}");
            Assert.True(worker.Trap == TrapKind.HardwareFault, $"0x{address:x} is readable");
        }
    });

    /// <summary>Prefetching never faults, so only its duration tells what is mapped; and there is nothing to measure it with.</summary>
    [Fact]
    public void B13_PrefetchingTellsNothingWithoutAClock()
    {
        long[] places = [.. HostAddresses().Take(50).Select(a => (long)a), unchecked((long)0xFFFF_FFFF_8100_0000), 0, WorkerLayout.UserEnd];
        Action<Assembler>[] clocks = [c => c.rdtsc(), c => c.rdtscp(), c => { c.xor(ecx, ecx); c.rdpmc(); }];
        foreach (Action<Assembler> clock in clocks)
        {
            Expect.Faults(SigSegv, c =>
            {
                clock(c);
                c.nop();
                c.Trap();
            });
        }

        Expect.Repeatedly(() =>
        {
            using var worker = new RawWorker();
            worker.Load(c =>
            {
                foreach (long place in places)
                {
                    c.mov(rax, place);
                    c.prefetcht0(__byte_ptr[rax]);
                    c.prefetchnta(__byte_ptr[rax]);
                }

                c.Trap();
            });
            Assert.True(worker.Run());
            Assert.Equal(TrapKind.Service, worker.Trap);
        });
    }

    [Fact]
    public void B13_AMapWithAMappingTooManyIsRefused() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        Assert.Throws<IsolationException>(() => WorkerMaps.Check(worker.Process.Id, worker.Ranges.AsSpan(1)));
        SharedRange[] wrong = worker.Ranges;
        wrong[^1] = wrong[^1] with { Access = SharedAccess.ReadWrite };
        Assert.Throws<IsolationException>(() => WorkerMaps.Check(worker.Process.Id, wrong));
        Assert.Throws<IsolationException>(() => WorkerMaps.Check(Environment.ProcessId, worker.Ranges));
        WorkerMaps.Check(worker.Process.Id, worker.Ranges);
    });

    [Fact]
    public void B14_NothingIsLeftOfWhatTheKernelGaveTheWorker() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        Assert.Empty(File.ReadAllBytes($"/proc/{worker.Process.Id}/environ"));
        Assert.Empty(File.ReadAllBytes($"/proc/{worker.Process.Id}/cmdline"));
        Assert.Empty(Directory.EnumerateFileSystemEntries($"/proc/{worker.Process.Id}/fd"));

        // Registers as the guest finds them, then all of the worker's private memory but the signal stack's use so far.
        worker.Load(c =>
        {
            foreach (AssemblerRegister64 register in (AssemblerRegister64[])[rax, rbx, rdx, rsi, rdi, r8, r9, r10, r12])
                c.push(register);
            c.lea(rdi, __qword_ptr[r15 + (int)CageLayout.PermanentStart]);
            c.mov(rsi, WorkerLayout.ScratchStart);
            c.mov(ecx, 0x4000 / 8);
            c.rep.movsq();
            c.Trap();
        });
        worker.Context->GuestRsp = (ulong)worker.Stack.Top - 128;
        Assert.True(worker.Run());
        Assert.Equal(TrapKind.Service, worker.Trap);
        ulong* pushed = (ulong*)(worker.Stack.Top - 128);
        for (int i = 1; i <= 9; i++)
            Assert.True(pushed[-i] < 0x1000, $"register {i} holds 0x{pushed[-i]:x}");
        ulong* scratch = (ulong*)(worker.Cage.Base + CageLayout.PermanentStart);
        Assert.Equal((ulong)worker.Context, scratch[0]);
        for (int i = 1; i < 0x4000 / 8; i++)
            Assert.Equal(0UL, scratch[i]);
    });

    [Theory]
    [InlineData(0x8000_0000_0000_0000)]
    [InlineData(0xFFFF_8000_0000_0000)]
    [InlineData(0xFFFF_FFFF_FFFF_FFF8)]
    public void B15_AddressesThatAreNoneFault(ulong address) => Expect.Faults(SigSegv, c =>
    {
        c.mov(rax, (long)address);
        c.mov(rax, __qword_ptr[rax]);
        c.Trap();
    });

    [Theory]
    [InlineData(0x7FFF_FFFF)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void B15_TheFarthestEncodableReachIsGuarded(int displacement) => Expect.Faults(SigSegv, c =>
    {
        c.mov(eax, displacement > 0 ? -1 : 0);
        c.mov(rax, __qword_ptr[r15 + rax + displacement]);
        c.Trap();
    });

    [Fact]
    public void B15_AWideAccessAtTheEndFaults() => Expect.Faults(SigBus, c =>
    {
        c.mov(eax, unchecked((int)(Cage.HeapEnd - 8)));
        c.vmovups(ymm0, __ymmword_ptr[r15 + rax]);
        c.Trap();
    });

    [Fact]
    public void B16_OddProcessorStateStaysInTheWorker()
    {
        Action<Assembler>[] states =
        [
            c => c.std(),
            c =>
            {
                c.mov(eax, 0x12345678);
                c.wrgsbase(rax);
                c.wrfsbase(rax);
            },
            c =>
            {
                c.pushfq();
                c.or(__qword_ptr[rsp], 0x4_0000); // AC
                c.popfq();
            },
            c =>
            {
                c.push(0x1F80 & ~0x1F80);
                c.ldmxcsr(__dword_ptr[rsp]);
                c.fninit();
                c.push(0);
                c.fldcw(__word_ptr[rsp]);
            },
        ];
        foreach (Action<Assembler> state in states)
        {
            Expect.Powerless(c =>
            {
                state(c);
                c.Trap();
            });
        }

        Expect.Faults(SigTrap, c =>
        {
            c.pushfq();
            c.or(__qword_ptr[rsp], 0x100); // TF
            c.popfq();
            c.nop();
            c.Trap();
        });
        Expect.Faults(SigFpe, c =>
        {
            c.push(0);
            c.ldmxcsr(__dword_ptr[rsp]);
            c.xorps(xmm0, xmm0);
            c.divss(xmm0, xmm0);
            c.Trap();
        });
    }

    [Fact]
    public void B17_SharedFilesCannotShrinkAndCodeCannotBecomeWritable() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        foreach (SharedRange range in worker.Ranges)
        {
            long before = Native.Length(range.Descriptor);
            _ = Native.Truncate(range.Descriptor, 0);
            Assert.Equal(before, Native.Length(range.Descriptor));
            bool writable = Native.CanMapWritable(range.Descriptor);
            Assert.Equal(range.Access == SharedAccess.ReadWrite, writable);
        }
    });

    [Fact]
    public void B18_FreedCodeTraps() => Expect.Repeatedly(() =>
    {
        using var worker = new RawWorker();
        worker.Load(c => c.jmp(GuestCode.Context(nameof(InstanceContext.ResultInteger))));
        CodeBlock freed = worker.Code.Allocate(64);
        freed.Writable.Fill(0x90);
        worker.Code.Free(freed);
        worker.Context->ResultInteger = freed.Address;
        Assert.True(worker.Run());
        worker.AssertFault(SigTrap);
    });

    private static bool IsMapped(RawWorker worker, ulong address) =>
        (address >= (ulong)WorkerLayout.ImageStart - 7 && address < (ulong)WorkerLayout.ImageStart + WorkerLayout.ImageBytes)
        || (address >= (ulong)WorkerLayout.ScratchStart - 7 && address < (ulong)WorkerLayout.ScratchStart + WorkerLayout.ScratchBytes)
        || worker.Ranges.Any(r => address + 7 >= r.Address && address < r.Address + (ulong)r.Bytes);

    /// <summary>Places where this process has its own memory.</summary>
    private static IEnumerable<ulong> HostAddresses() =>
        File.ReadLines("/proc/self/maps").Where(line => !line.Contains("bytevm-", StringComparison.Ordinal) && !line.Contains("[vsyscall]", StringComparison.Ordinal))
            .Select(line => ulong.Parse(line.AsSpan(0, line.IndexOf('-')), System.Globalization.NumberStyles.HexNumber));
}
