using ByteVm.Host;
using ByteVm.Host.Faults;

namespace ByteVm.Tests.Host;

/// <summary>Faults that are not a guest's still reach .NET, or kill, after the fault handlers are in place.</summary>
public sealed class FatalFaultTests
{
    private const int SigIll = 4, SigAbrt = 6, SigSegv = 11;

    public FatalFaultTests() => Assert.SkipUnless(DirectExecution.IsSupported, DirectExecution.UnsupportedReason ?? "");

    [Fact]
    public void DotNetReportsItsOwnStackOverflow()
    {
        ChildProcess.Outcome child = ChildProcess.Run("StackOverflow");
        Assert.Contains("Stack overflow", child.Errors);
        Assert.Contains("FatalScenarios.Recurse", child.Errors);
        Assert.Equal(ChildProcess.Outcome.DeathBy(SigAbrt), child.Status);
    }

    [Fact]
    public void DotNetReportsAnAccessViolationOfTheHost()
    {
        ChildProcess.Outcome child = ChildProcess.Run("HostAccessViolation");
        Assert.Contains("FatalScenarios.HostAccessViolation", child.Errors);
        Assert.Equal(ChildProcess.Outcome.DeathBy(SigAbrt), child.Status);
    }

    [Fact]
    public void DotNetReportsAnUnhandledNullReference()
    {
        ChildProcess.Outcome child = ChildProcess.Run("UnhandledNullReference");
        Assert.Contains("Unhandled exception. ", child.Errors);
        Assert.Contains("System.NullReferenceException", child.Errors);
        Assert.Equal(ChildProcess.Outcome.DeathBy(SigAbrt), child.Status);
    }

    [Fact]
    public void ASignalSentByAProcessIsNotAGuestFault() =>
        Assert.Equal(ChildProcess.Outcome.DeathBy(SigSegv), ChildProcess.Run("SignalFromAProcess").Status);

    /// <summary>.NET restores the default action of a SIGILL that is not in its own code.</summary>
    [Fact]
    public void AFaultInNativeCodeOfTheHostKills() =>
        Assert.Equal(ChildProcess.Outcome.DeathBy(SigIll), ChildProcess.Run("UndefinedInstructionInHostCode").Status);

    [Fact]
    public void AFatalFaultOfAGuestEndsTheProcessWithAClearMessage()
    {
        ChildProcess.Outcome child = ChildProcess.Run("FaultOutsideOfEverything");
        Assert.Equal(HardwareFault.KilledStatus, child.Status);
        Assert.Contains("SIGSEGV at code address 0x", child.Errors);
        Assert.Contains("data address 0x700000000000 (neither cage nor stack)", child.Errors);
    }
}
