using System.Runtime.Versioning;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static ByteVm.Tests.Host.TestGuest;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>Entering and leaving guest code, without faults.</summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class WorldSwitchTests
{
    [Fact]
    public void EntryReturnsIntegerAndFloat()
    {
        using TestGuest guest = new(c =>
        {
            c.mov(rax, __[rsp + 8]);
            c.imul(rax, __[rsp + 16]);
            c.cvtsi2sd(xmm0, rax);
            c.ret();
        }, 6, 7);
        Assert.Equal(TrapKind.Returned, guest.Run());
        Assert.Equal(TrapKind.Returned, guest.Context->Trap);
        Assert.Equal(42UL, guest.Context->ResultInteger);
        Assert.Equal(42.0, guest.Context->ResultFloat);
    }

    [Fact]
    public void EntryFrameHoldsArgumentsAndEndsTheFrameChain()
    {
        using TestGuest guest = new(c =>
        {
            c.push(rbp);
            c.mov(rbp, rsp);
            c.mov(rax, __[rbp + 8 * FrameLayout.ParameterWord(2)]);
            c.add(rax, __[rbp]);
            c.mov(__qword_ptr[rbp + 8 * FrameLayout.ParameterWord(0)], 99);
            c.pop(rbp);
            c.ret();
        }, 1, 2, 3);
        ulong returnAddressAt = guest.Context->GuestRsp;
        guest.Run();
        Assert.Equal(3UL, guest.Context->ResultInteger);
        Assert.Equal(returnAddressAt + 8, guest.Context->GuestRsp);
        Assert.Equal(99UL, *(ulong*)guest.Context->GuestRsp);
        Assert.Equal(0UL, guest.Context->GuestRsp % 16);
    }

    [Fact]
    public void PinnedRegistersHoldTheirBases()
    {
        using TestGuest guest = new(c =>
        {
            c.lea(rax, __[r13 + r15]);
            c.add(rax, r14);
            c.ret();
        });
        guest.Run();
        Assert.Equal(guest.CageBase + guest.Context->MetadataBase + (ulong)guest.Context, guest.Context->ResultInteger);
    }

    [Fact]
    public void AMillionTrapsResumeAtTheNextInstruction()
    {
        using TestGuest guest = new(CountDown, 1_000_000);
        uint traps = 0;
        while (guest.Run() == TrapKind.Service)
        {
            Assert.Equal(7u, guest.Context->TrapSite);
            traps++;
        }

        Assert.Equal(TrapKind.Returned, guest.Context->Trap);
        Assert.Equal(1_000_000u, traps);
    }

    [Fact]
    public void ATrapIsResumedOnAnotherThread()
    {
        using TestGuest guest = new(CountDown, 100);
        for (int i = 0; i < 100; i++)
        {
            TrapKind kind = default;
            Thread thread = new(() => kind = guest.Run());
            thread.Start();
            thread.Join();
            Assert.Equal(TrapKind.Service, kind);
        }

        Assert.Equal(TrapKind.Returned, guest.Run());
    }

    [Fact]
    public void AFullTrapKeepsEveryRegister()
    {
        using TestGuest guest = new(c =>
        {
            RegisterPattern.Load(c);
            FullTrap(c, 3);
            RegisterPattern.Check(c);
        });
        Assert.Equal(TrapKind.Interrupt, guest.Run());
        RegisterPattern.AssertSaved(guest.Context);
        ClobberHostRegisters();
        Assert.Equal(TrapKind.Returned, guest.Run());
        Assert.Equal(0UL, guest.Context->ResultInteger);
    }

    [Fact]
    public void TheRegisterCheckNoticesEachChangedRegister()
    {
        for (int register = 0; register < RegisterPattern.Count; register++)
        {
            using TestGuest guest = new(c =>
            {
                RegisterPattern.Load(c);
                FullTrap(c, 3);
                RegisterPattern.Check(c);
            });
            guest.Run();
            *RegisterPattern.Saved(guest.Context, register) ^= 1;
            guest.Run();
            Assert.NotEqual(0UL, guest.Context->ResultInteger);
        }
    }

    /// <summary>1 + 2^-53 is 1 when rounding to nearest and more when rounding up; 2^-1074 is 0 only with DAZ or FTZ.</summary>
    [Fact]
    public void GuestAndHostKeepTheirOwnFloatingPointMode()
    {
        const uint roundUpFlushToZero = 0x1F80 | 0x4000 | 0x8000 | 0x40;
        using TestGuest guest = new(c =>
        {
            c.stmxcsr(Field(nameof(InstanceContext.TrapArgument)));
            c.mov(__dword_ptr[rsp - 8], roundUpFlushToZero);
            c.ldmxcsr(__dword_ptr[rsp - 8]);
            LightTrap(c, 1);
            c.stmxcsr(Field(nameof(InstanceContext.TrapArgument)));
            c.xor(eax, eax);
            c.ret();
        });
        guest.Run();
        Assert.Equal(0x1F80u, (uint)guest.Context->TrapArgument & 0xFFC0);
        Assert.Equal(1.0, AddOpaquely(1.0, Math.ScaleB(1, -53)));
        Assert.NotEqual(0.0, AddOpaquely(double.Epsilon, 0));
        guest.Run();
        Assert.Equal(0x1F80u, (uint)guest.Context->TrapArgument & 0xFFC0);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static double AddOpaquely(double a, double b) => a + b;

    private static void ClobberHostRegisters() => _ = string.Join(',', Enumerable.Range(0, 200).Select(i => Math.Sin(i)));

    private static void CountDown(Assembler c)
    {
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        LightTrap(c, 7);
        c.dec(__qword_ptr[rsp + 8]);
        c.jne(loop);
        c.ret();
    }
}
