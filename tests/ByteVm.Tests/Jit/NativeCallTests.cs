using System.Runtime.Versioning;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Tests.Interpretation;

namespace ByteVm.Tests.Jit;

/// <summary>Entry, calls, returns, and the limits of the stack.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeCallTests
{
    [Fact]
    public void RecursionReturnsThroughEveryFrame()
    {
        using Native run = new(CallTests.Fibonacci());
        Trap trap = run.Call(20);
        Assert.Equal(TrapKind.Returned, trap.Kind);
        Assert.Equal(6765, trap.Result);
    }

    [Fact]
    public void EndlessRecursionStopsAtTheSameCallAsInTheInterpreter()
    {
        using Native run = new(CallTests.Fibonacci());
        using Interpreted other = new(CallTests.Fibonacci());
        Trap native = run.Call(int.MaxValue), interpreted = other.Call(int.MaxValue);
        Assert.Equal(TrapKind.StackOverflow, native.Kind);
        Assert.Equal(TrapKind.StackOverflow, interpreted.Kind);
        Assert.Equal(interpreted.Location.Word, native.Location.Word);
        unsafe
        {
            Assert.Equal(other.Instance.Stack.Top - (byte*)interpreted.FramePointer, run.Instance.Stack.Top - (byte*)native.FramePointer);
        }
    }
}
