using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Execution;

/// <summary>What a user reads when a program fails: kind, the values that show why, and source lines.</summary>
public sealed class FaultTests
{
    public static TheoryData<EngineKind> Engines => Guests.Engines;

    [Theory, MemberData(nameof(Engines))]
    public void MessagesShowTheValues(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(
            """
            open class Shape { }
            class Square: Shape { var side: int = 2 }
            class Circle: Shape { var next: Circle? = null }
            fn element(a: int[], i: int): int = a[i]
            fn divide(a: int, b: int): int = a / b
            fn square(): Square { let s: Shape = Circle(); return s as Square }
            fn byteOf(s: string, i: int): int = s[i]
            fn bang(): int { let c = Circle(); return value(c.next!!) }
            fn empty(n: int): int[] = new int[n]
            fn value(c: Circle): int = 1
            """, engine);
        using GuestInstance guest = program.Instantiate();
        Assert.Equal("index out of bounds: index 10, length 3", Message(() => guest.Call<int>("element", new int[3], 10)));
        Assert.Equal("index out of bounds: index -1, length 0", Message(() => guest.Call<int>("element", Array.Empty<int>(), -1)));
        Assert.Equal("division by zero", Message(() => guest.Call<int>("divide", 1, 0)));
        Assert.Equal("index out of bounds: index 2, length 2", Message(() => guest.Call<int>("byteOf", "ab", 2)));
        Assert.Equal("negative array length: -1", Message(() => guest.Call<int[]>("empty", -1)));
        Assert.Contains("test.Circle is not test.Square", Message(() => guest.Call("square")));
        Assert.StartsWith("null reference", Message(() => guest.Call<int>("bang")));
    }

    [Theory, MemberData(nameof(Engines))]
    public void TracesNameEachFrameInSourceLines(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn(
            """
            fn outer(a: int[]): int {
                let x = 1
                return inner(a, 7) + x
            }

            fn inner(a: int[], i: int): int {
                return a[i]
            }
            """, engine);
        using GuestInstance guest = program.Instantiate();
        GuestFault fault = Guests.Fault(() => guest.Call<int>("outer", new int[3]));
        Assert.Equal(["test.inner", "test.outer"], fault.Frames.Select(f => f.Function));
        Assert.Equal([7, 3], fault.Frames.Select(f => f.Line));
        Assert.All(fault.Frames, f => Assert.Equal("test.tarn", f.File));
        Assert.StartsWith("fault: index out of bounds: index 7, length 3\n    at test.inner (test.tarn:7:", fault.ToString());
    }

    [Theory, MemberData(nameof(Engines))]
    public void DeepRecursionShowsBothEnds(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn("fn down(n: int): int = down(n + 1) + 1\nfn start(): int = down(0)", engine);
        using GuestInstance guest = program.Instantiate(new InstanceOptions { StackBytes = 128 * 1024 });
        GuestFault fault = Guests.Fault(() => guest.Call<int>("start"));
        Assert.Equal(FaultKind.StackOverflow, fault.Kind);
        Assert.Equal("stack overflow: calls nest too deep for the stack of 128 KiB", fault.Message);
        Assert.Equal("test.start", fault.Frames[^1].Function);
        Assert.True(fault.OmittedFrames > 500);
        Assert.Contains($"\n    ... {fault.OmittedFrames:N0} more frames\n", fault.ToString());
        Assert.True(fault.Frames.Count <= 50);
    }

    [Theory, MemberData(nameof(Engines))]
    public void AnInstanceCanBeCalledAgainAfterAFault(EngineKind engine)
    {
        using GuestProgram program = Guests.Tarn("var count = 0\nfn step(d: int): int { count = count + 1; return count / d }", engine);
        using GuestInstance guest = program.Instantiate();
        Assert.Equal(FaultKind.DivisionByZero, Guests.Fault(() => guest.Call<int>("step", 0)).Kind);
        Assert.Equal(2, guest.Call<int>("step", 1));
    }

    private static string Message(Action call) => Guests.Fault(call).Message;
}
