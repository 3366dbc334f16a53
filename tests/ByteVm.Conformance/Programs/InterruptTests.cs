using ByteVm.Conformance.Running;

namespace ByteVm.Conformance.Programs;

/// <summary>A guest that loops without calls or allocations can be stopped from another thread, at once, with a trace.</summary>
public class InterruptTests
{
    [Theory]
    [MemberData(nameof(TestEngines.Theory), MemberType = typeof(TestEngines))]
    public async Task AnEndlessLoopEndsAtOnce(EngineKind engine)
    {
        GuestProgram program = ProgramStore.Get(Path.Combine(TestFiles.Programs, "endless.tarn"), engine, metered: true);
        using GuestInstance instance = program.Instantiate();
        Task<GuestFault> run = Task.Run(() => Assert.Throws<GuestFaultException>(() => instance.RunMain(TestContext.Current.CancellationToken)).Fault, TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => instance.FuelUsed > 1_000_000, TimeSpan.FromMinutes(1)), "the guest never came to its loop");

        instance.Interrupt();
        GuestFault fault = await run.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(FaultKind.Interrupted, fault.Kind);
        Assert.StartsWith("at endless.main (endless.tarn:", fault.Frames[0].ToString(), StringComparison.Ordinal);
    }
}
