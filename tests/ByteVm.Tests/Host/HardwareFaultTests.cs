using System.Runtime.Versioning;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>Every kind of hardware fault of a guest becomes a trap, on this thread and in parallel, and can be resumed exactly.</summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class HardwareFaultTests
{
    private const uint SigIll = 4, SigTrap = 5, SigBus = 7, SigFpe = 8, SigSegv = 11;
    private const uint KernelCode = 0x80;

    [Fact]
    public void NullAccess()
    {
        using TestGuest guest = Fault(c =>
        {
            c.xor(eax, eax);
            c.mov(eax, __dword_ptr[r15 + rax + 24]);
        }, SigSegv);
        Assert.Equal(guest.CageBase + 24, guest.Context->FaultAddress);
    }

    [Fact]
    public void NonCanonicalAddress()
    {
        using TestGuest guest = Fault(c =>
        {
            c.mov(rax, 0x8000_0000_0000_0000);
            c.mov(eax, __dword_ptr[rax]);
        }, SigSegv);
        Assert.Equal(KernelCode, guest.Context->FaultCode);
        Assert.Equal(0UL, guest.Context->FaultAddress);
    }

    [Fact]
    public void NonCanonicalStackPointer()
    {
        using TestGuest guest = Fault(c =>
        {
            c.mov(rsp, 0x8000_0000_0000_0000);
            c.push(rax);
        }, SigBus);
        Assert.Equal(0x8000_0000_0000_0000, guest.Context->GuestRsp);
    }

    [Fact]
    public void PrivilegedInstruction() => Fault(c => c.hlt(), SigSegv).Dispose();

    [Fact]
    public void UndefinedInstruction() => Fault(c => c.ud2(), SigIll).Dispose();

    [Fact]
    public void Breakpoint()
    {
        using TestGuest guest = new(c => c.int3());
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal(SigTrap, guest.Context->FaultSignal);
        Assert.Equal(guest.Code + 1, guest.Context->FaultRip);
    }

    [Fact]
    public void DivideError() => Fault(c =>
    {
        c.xor(edx, edx);
        c.xor(ecx, ecx);
        c.div(ecx);
    }, SigFpe).Dispose();

    [Fact]
    public void StackOverflowIntoTheGuard()
    {
        using TestGuest guest = new(c =>
        {
            Label recurse = c.CreateLabel();
            c.Label(ref recurse);
            c.push(rbp);
            c.mov(rbp, rsp);
            c.call(recurse);
        });
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.InRange(guest.Context->FaultAddress, guest.Stack.ReservedStart, guest.Context->StackLimit - 1);
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x7000_0000_0000)]
    public void JumpOutOfAllGuestCode(long target)
    {
        using TestGuest guest = new(c =>
        {
            c.mov(rax, target);
            c.jmp(rax);
        });
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal((ulong)target, guest.Context->FaultRip);
    }

    [Fact]
    public void JumpOutOfAllGuestCodeWithAWrongContextRegister()
    {
        using TestGuest guest = new(c =>
        {
            c.mov(r14, 0x1234);
            c.mov(eax, 0x10);
            c.jmp(rax);
        });
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal(0x10UL, guest.Context->FaultRip);
    }

    [Fact]
    public void ResumingAReturnedGuestIsAFault()
    {
        using TestGuest guest = new(c => c.ret());
        Assert.Equal(TrapKind.Returned, guest.Run());
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal(0UL, guest.Context->FaultRip);
    }

    [Fact]
    public void AFaultKeepsEveryRegisterAndIsResumedExactly()
    {
        using TestGuest guest = new(c =>
        {
            RegisterPattern.Load(c);
            c.mov(__dword_ptr[r15 + 8], eax);
            RegisterPattern.Check(c);
        });
        for (int i = 0; i < 10; i++)
            Assert.Equal(TrapKind.HardwareFault, guest.Run());
        RegisterPattern.AssertSaved(guest.Context);
        guest.Context->CageBase += CageLayout.NullBytes;
        Assert.Equal(TrapKind.Returned, guest.Run());
        Assert.Equal(0UL, guest.Context->ResultInteger);
    }

    /// <summary>The flags of the comparison before the faulting store decide the branch after it. The direction flag does not reach the host.</summary>
    [Fact]
    public void AFaultKeepsTheFlagsAndResumesWithThem()
    {
        using TestGuest guest = new(c =>
        {
            Label carry = c.CreateLabel();
            c.std();
            c.mov(ecx, 1);
            c.cmp(ecx, 2);
            c.mov(__dword_ptr[r15 + 8], ecx);
            c.jb(carry);
            c.ud2();
            c.Label(ref carry);
            c.pushfq();
            c.cld();
            c.pop(rax);
            c.ret();
        });
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal("abcdefgh", string.Concat("abcd", "efgh"));
        guest.Context->CageBase += CageLayout.NullBytes;
        Assert.Equal(TrapKind.Returned, guest.Run());
        Assert.Equal(0x401UL, guest.Context->ResultInteger & 0x401);
    }

    [Fact]
    public void FaultsOnFourThreadsAtOnce()
    {
        const int faultsPerThread = 5_000;
        int total = 0;
        TestThreads.RunAll(4, _ =>
        {
            using TestGuest guest = new(c => c.mov(eax, __dword_ptr[r15]));
            for (int i = 0; i < faultsPerThread; i++)
            {
                Assert.Equal(TrapKind.HardwareFault, guest.Run());
                Assert.Equal(guest.CageBase, guest.Context->FaultAddress);
            }

            Interlocked.Add(ref total, faultsPerThread);
        });
        Assert.Equal(4 * faultsPerThread, total);
    }

    /// <summary>Runs code that faults at its last instruction and checks that the fault is reported there.</summary>
    private static TestGuest Fault(Action<Assembler> emit, uint signal)
    {
        TestGuest guest = new(emit);
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal(signal, guest.Context->FaultSignal);
        Assert.InRange(guest.Context->FaultRip, guest.Code, guest.Code + 12);
        Assert.Equal(guest.Context->FaultRip, guest.Context->GuestRip);
        return guest;
    }
}
