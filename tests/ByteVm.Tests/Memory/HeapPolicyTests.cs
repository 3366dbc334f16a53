using ByteVm.Memory;

namespace ByteVm.Tests.Memory;

public sealed class HeapPolicyTests
{
    private static readonly HeapOptions Options = HeapOptions.Default;

    private static readonly long Goal = Options.NurseryBytes * 3L / 4;

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(3)]
    public void TheNurseryIsAsLargeAsThePauseAllows(double workPerByte)
    {
        HeapPolicy policy = new(Options);
        for (int i = 0; i < 20; i++)
            policy.AfterMinor(policy.NurseryBytes, (long)(policy.NurseryBytes * workPerByte), oldBytes: 0);
        Assert.InRange(policy.NurseryBytes * workPerByte, Goal * 0.95, Goal);
    }

    /// <summary>Their cards take a part of the pause; where that would be the most of it, the pause becomes longer, but not without bound.</summary>
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(100, 0.93)]
    [InlineData(500, 2.6)]
    [InlineData(1900, 4.0)]
    public void OldObjectsAreWorkAlthoughNothingOfThemIsDirty(int oldMegabytes, double goals)
    {
        HeapPolicy policy = new(Options);
        for (int i = 0; i < 20; i++)
            policy.AfterMinor(policy.NurseryBytes, 4 * policy.NurseryBytes, (long)oldMegabytes << 20);
        Assert.InRange(4 * policy.NurseryBytes, (long)(Goal * goals * 0.97), (long)(Goal * goals * 1.03));
    }

    [Fact]
    public void WorkThatComesSuddenlyCountsAtOnceAndIsForgottenSlowly()
    {
        HeapPolicy policy = new(Options);
        for (int i = 0; i < 10; i++)
            policy.AfterMinor(policy.NurseryBytes, 0, oldBytes: 0);
        long calm = policy.NurseryBytes;
        policy.AfterMinor(calm, calm, oldBytes: 0);
        long shaken = policy.NurseryBytes;
        policy.AfterMinor(shaken, 0, oldBytes: 0);
        Assert.True(calm > Options.NurseryBytes);
        Assert.InRange(shaken, Goal - 8, Goal);
        Assert.InRange(policy.NurseryBytes, shaken, shaken * 3 / 2);
    }

    [Fact]
    public void AFullCollectionIsDueWhenAsMuchAsWasAliveCameToIt()
    {
        HeapPolicy policy = new(Options);
        policy.AfterFull(100 << 20, before: 150 << 20);
        Assert.False(policy.IsFullDue(200 << 20));
        Assert.True(policy.IsFullDue((200 << 20) + 1));
        policy.AfterFull(1 << 20, before: 200 << 20);
        Assert.True(policy.IsFullDue((1 << 20) + Options.MinimumBudget + 1));
    }

    [Fact]
    public void MemoryIsKeptForWhatWasInUseLately()
    {
        HeapPolicy policy = new(Options);
        policy.AfterFull(20 << 20, before: 100 << 20);
        Assert.Equal(100 << 20, policy.KeptBytes);
        policy.AfterFull(20 << 20, before: 52 << 20);
        Assert.Equal(75 << 20, policy.KeptBytes);
        for (int i = 0; i < 10; i++)
            policy.AfterFull(20 << 20, before: 52 << 20);
        Assert.Equal(52 << 20, policy.KeptBytes);
        policy.AfterFull(0, before: 1000 << 20);
        Assert.Equal(4 * Options.MinimumBudget, policy.KeptBytes);
    }

    [Fact]
    public void AnEmptyNurseryTeachesNothing()
    {
        HeapPolicy policy = new(Options);
        policy.AfterMinor(0, 0, oldBytes: 0);
        policy.AfterMinor(8, 1 << 20, oldBytes: 0);
        Assert.Equal(Options.NurseryBytes, policy.NurseryBytes);
    }
}
