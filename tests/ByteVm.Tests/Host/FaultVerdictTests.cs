using System.Runtime.Versioning;
using ByteVm.Host.Faults;
using ByteVm.Memory.Layout;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ByteVm.Tests.Host;

/// <summary>What a hardware fault of a guest is taken for.</summary>
[SupportedOSPlatform("linux")]
public sealed unsafe class FaultVerdictTests
{
    [Fact]
    public void NullPages() => AssertVerdict(FaultVerdict.NullAccess, c => c.mov(eax, __dword_ptr[r15 + CageLayout.MaxDisplacement]));

    [Fact]
    public void UnmappedPartOfTheCage() => AssertVerdict(FaultVerdict.OutsideHeap, c =>
    {
        c.mov(eax, 0x8000_0000);
        c.mov(eax, __dword_ptr[r15 + rax]);
    });

    [Fact]
    public void LowerGuardOfTheCage() => AssertVerdict(FaultVerdict.OutsideHeap, c => c.mov(eax, __dword_ptr[r15 - 8]));

    [Fact]
    public void UpperGuardOfTheCage() => AssertVerdict(FaultVerdict.OutsideHeap, c =>
    {
        c.mov(eax, uint.MaxValue);
        c.mov(__qword_ptr[r15 + rax + CageLayout.MaxDisplacement], rax);
    });

    [Fact]
    public void LowerGuardOfTheStack() => AssertVerdict(FaultVerdict.StackOverflow, c =>
    {
        Label recurse = c.CreateLabel();
        c.Label(ref recurse);
        c.call(recurse);
    });

    [Fact]
    public void UpperGuardOfTheStack() => AssertVerdict(FaultVerdict.Fatal, c => c.mov(eax, __dword_ptr[rsp + 8]));

    [Fact]
    public void AnotherAddress() => AssertVerdict(FaultVerdict.Fatal, c =>
    {
        c.mov(rax, 0x7000_0000_0000);
        c.mov(eax, __dword_ptr[rax]);
    });

    [Fact]
    public void NonCanonicalAddress() => AssertVerdict(FaultVerdict.Fatal, c =>
    {
        c.mov(rax, 0x8000_0000_0000_0000);
        c.mov(eax, __dword_ptr[rax]);
    });

    [Fact]
    public void AnotherSignal() => AssertVerdict(FaultVerdict.Fatal, c => c.ud2());

    [Fact]
    public void NullPagesAtAnUnknownSite()
    {
        using TestGuest guest = new(c => c.mov(eax, __dword_ptr[r15]));
        guest.Run();
        Assert.Equal(FaultVerdict.Fatal, HardwareFault.Judge(guest.Context, guest.Cage, guest.Stack, rip => rip != guest.Code));
    }

    private static void AssertVerdict(FaultVerdict expected, Action<Assembler> emit)
    {
        using TestGuest guest = new(emit);
        Assert.Equal(TrapKind.HardwareFault, guest.Run());
        Assert.Equal(expected, HardwareFault.Judge(guest.Context, guest.Cage, guest.Stack, rip => rip - guest.Code < 4096));
    }
}
