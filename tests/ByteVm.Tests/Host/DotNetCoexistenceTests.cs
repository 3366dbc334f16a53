using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static ByteVm.Tests.Host.TestGuest;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>.NET's own use of hardware faults, signals and stacks keeps working while and after guests run.</summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class DotNetCoexistenceTests
{
    [Fact]
    public void DotNetExceptionsFromHardwareFaultsBetweenGuestFaultsOnTheSameThread()
    {
        using TestGuest guest = new(c => c.mov(eax, __dword_ptr[r15]));
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Equal(TrapKind.HardwareFault, guest.Run());
            Assert.True(CatchesNullReference());
            Assert.True(CatchesDivideByZero());
        }
    }

    [Fact]
    public void DotNetExceptionsFromHardwareFaultsWhileGuestsFaultOnOtherThreads()
    {
        int caught = 0;
        TestThreads.RunAll(4, thread =>
        {
            using TestGuest guest = new(c => c.ud2());
            for (int i = 0; i < 10_000; i++)
            {
                if (thread % 2 == 0)
                    Assert.Equal(TrapKind.HardwareFault, guest.Run());
                else if (CatchesNullReference() && CatchesDivideByZero())
                    Interlocked.Increment(ref caught);
            }
        });
        Assert.Equal(20_000, caught);
    }

    [Fact]
    public void ExceptionsRightAfterTraps()
    {
        using TestGuest guest = new(Loop);
        for (int i = 0; i < 20_000; i++)
            Assert.Throws<FormatException>(() => ThrowAfter(guest.Run()));
    }

    /// <summary>Collections suspend all threads by a signal; guests must neither block them for long nor lose their state.</summary>
    [Fact]
    public void GuestsUnderACollectionStorm()
    {
        const int trapsPerThread = 500_000;
        using CancellationTokenSource stop = new();
        Thread storm = new(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
                GC.Collect(i % 16 == 0 ? 2 : 0);
        });
        storm.Start();
        try
        {
            TestThreads.RunAll(3, _ =>
            {
                using TestGuest guest = new(LongLoop, trapsPerThread);
                ulong sum = 0;
                while (guest.Run() == TrapKind.Service)
                    sum += (ulong)new int[4].Length;
                Assert.Equal(4UL * trapsPerThread, sum);
                Assert.Equal(20UL * trapsPerThread, guest.Context->ResultInteger);
            });
        }
        finally
        {
            stop.Cancel();
            storm.Join();
        }
    }

    [Fact]
    public void ACollectionDoesNotWaitForAGuest()
    {
        using TestGuest guest = new(UntilInterrupted);
        nint context = (nint)guest.Context;
        TrapKind kind = default;
        Thread runner = new(() => kind = guest.Run());
        runner.Start();
        GC.Collect();
        ((InstanceContext*)context)->Interrupt = 1;
        Assert.True(runner.Join(TimeSpan.FromSeconds(10)));
        Assert.Equal(TrapKind.Interrupt, kind);
    }

    /// <summary>.NET's suspension signal has no alternate stack: its handler runs on the guest's, below the stack limit.</summary>
    [Fact]
    public void SuspensionSignalsWhileTheGuestStackIsFull()
    {
        const int suspensionSignal = 34;
        using TestGuest guest = new(c =>
        {
            c.mov(rsp, __[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.StackLimit))]);
            UntilInterrupted(c);
        });
        nint context = (nint)guest.Context;
        int thread = 0;
        TrapKind kind = default;
        Thread runner = new(() =>
        {
            Volatile.Write(ref thread, NativeThreads.Current());
            kind = guest.Run();
        });
        runner.Start();
        SpinWait.SpinUntil(() => Volatile.Read(ref thread) != 0);
        for (int i = 0; i < 2_000; i++)
        {
            NativeThreads.Signal(thread, suspensionSignal);
            Thread.Yield();
        }

        ((InstanceContext*)context)->Interrupt = 1;
        Assert.True(runner.Join(TimeSpan.FromSeconds(10)));
        Assert.Equal(TrapKind.Interrupt, kind);
        Assert.Equal(guest.Context->StackLimit, guest.Context->GuestRsp);
        Assert.True(new Span<byte>(guest.Stack.Limit - 4096, 4096).ContainsAnyExcept((byte)0), "no signal arrived on the guest stack");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool CatchesNullReference()
    {
        try
        {
            return ReadLength(null!) < 0;
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool CatchesDivideByZero()
    {
        try
        {
            return Divide(1, 0) < 0;
        }
        catch (DivideByZeroException)
        {
            return true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ReadLength(string text) => text.Length;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Divide(int a, int b) => a / b;

    private static void ThrowAfter(TrapKind kind) => throw new FormatException(kind.ToString());

    private static void Loop(Assembler c)
    {
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        LightTrap(c, 1);
        c.jmp(loop);
    }

    /// <summary>Traps as often as the argument says, with 20 increments of r12 in between, and returns r12.</summary>
    private static void LongLoop(Assembler c)
    {
        Label outer = c.CreateLabel(), inner = c.CreateLabel();
        c.xor(r12d, r12d);
        c.Label(ref outer);
        c.mov(ebx, 20);
        c.Label(ref inner);
        c.inc(r12);
        c.dec(ebx);
        c.jne(inner);
        FullTrap(c, 1, TrapKind.Service);
        c.dec(__qword_ptr[rsp + 8]);
        c.jne(outer);
        c.mov(rax, r12);
        c.ret();
    }

    private static void UntilInterrupted(Assembler c)
    {
        Label loop = c.CreateLabel();
        c.Label(ref loop);
        c.cmp(__dword_ptr[r14 + InstanceContext.OffsetOf(nameof(InstanceContext.Interrupt))], 0);
        c.je(loop);
        LightTrap(c, 1, TrapKind.Interrupt);
        c.ret();
    }
}
