using ByteVm.Memory;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm.Attack;

/// <summary>
/// Throws of what is no exception, exceptions with a trace that the host did not write, and throws at sites where the guest is not: the monitor walks the stack for
/// each and writes the object into a slot of the frame that it found.
/// </summary>
public sealed unsafe partial class ConfusionAttacks
{
    private static readonly GuestProgram Throwing = Guests.Compile(
        """
        class Pair(var a: long, var b: long)
        class Bad(message: string, let code: int) : Exception(message)

        fn odd(n: int): int {
            if n % 2 == 0 { throw Bad("even ${n}", n) }
            return n
        }

        fn caughtHere(n: int): int {
            try { throw Bad("here ${n}", n) } catch e: Bad { return e.stackTrace().length }
        }

        fn run(n: int): int {
            var sum = 0
            var last = Pair(1L, 2L)
            for i in 0..n {
                last = Pair(last.b, i.toLong())
                try { sum = sum + odd(i) } catch e: Exception { sum = sum + e.stackTrace().length }
                try { sum = sum + 10 / (i % 3) } catch e: DivisionException { sum = sum + 1 } finally { sum = sum + last.a.toInt() }
                sum = sum + caughtHere(i)
                println("${sum}")
            }
            return sum
        }
        """);

    [Fact]
    public void C20_WhatIsThrownIsNoException() => Expect.Repeatedly(() =>
        Assert.Contains("is no exception", LossBy(LinkedOpcode.Throw, (target, frame, function, site) =>
        {
            ClaimThrow(target);
            frame[site.A] = Forge(target, IsPair, second: 0);
        })));

    [Fact]
    public void C20_WhatIsThrownIsNoObject() => Expect.Repeatedly(() =>
        Assert.Contains("the heap is corrupt", LossBy(LinkedOpcode.Throw, (target, frame, function, site) =>
        {
            ClaimThrow(target);
            frame[site.A] = 0x7fff_fff8;
        })));

    /// <summary>The host notes no trace beyond the object's end; the guest, at a site where it is not, fails by itself.</summary>
    [Fact]
    public void C20_WhatIsThrownAndCaughtInOneFunctionIsNoException() => Expect.Repeatedly(() =>
        Assert.StartsWith("worker died", LossBy(LinkedOpcode.ThrowLocal, (target, frame, function, site) => frame[site.A] = Forge(target, IsPair, second: 0))));

    [Fact]
    public void C20_ATraceIsAskedOfWhatIsNoException() => Expect.Repeatedly(() =>
        Assert.Contains("is no exception", LossBy(LinkedOpcode.ExceptionTrace, (target, frame, function, site) => frame[site.B] = Forge(target, IsPair, second: 0))));

    /// <summary>An object of a class, whose second word would be its length if it were an array.</summary>
    [Fact]
    public void C20_ATraceIsNoArray() => Expect.Repeatedly(() =>
        Assert.Contains("not of kind Array", LossBy(LinkedOpcode.ExceptionTrace, (target, frame, function, site) =>
        {
            frame[site.B] = Forge(target, IsBad, second: 0);
            *TraceOf(target, (uint)frame[site.B]) = Forge(target, IsPair, second: int.MaxValue);
        })));

    /// <summary>A trace of functions and places that do not exist, and of a fault that is none, read as often as it is asked for.</summary>
    [Fact]
    public void C20_ATraceOfNowhereIsRead() => Expect.Repeatedly(() =>
    {
        using GuestInstance instance = Start(Throwing);
        long[] words = [long.MinValue, -1, long.MaxValue, 0, 1L << 32, (1L << 32) - 1, int.MaxValue, -2L << 32];
        int lies = 0;
        Hook(instance, target =>
        {
            if (TraceToRead(target) is not { } trace)
                return;
            Span<long> elements = target.Objects.Elements<long>(trace);
            for (int i = 0; i < elements.Length; i++)
                elements[i] = words[(i + lies) % words.Length];
            lies++;
        });
        Assert.Null(Guests.FaultOf(instance, "run", 50));
        Assert.True(lies > 50, $"the trace was changed {lies} times");
        Expect.HostIsUnharmed();
    });

    /// <summary>As without handlers, with the search for one behind it: an exception that is claimed at a site whose frame is not there, too.</summary>
    [Fact]
    public void C20_AnyTrapAtAnySiteOfAProgramThatCatches() => ClaimAnyTrapAtAnySite(Throwing);

    private delegate void LieOfException(Instance instance, long* frame, LinkedFunction function, LinkedInstruction site);

    /// <returns>What the owner of the guest is told.</returns>
    private static string LossBy(LinkedOpcode opcode, LieOfException lie)
    {
        using GuestInstance instance = Start(Throwing);
        LieAt(instance, opcode, (target, frame, function) => lie(target, frame, function, SiteOf(target)));
        GuestFault fault = Guests.FaultOf(instance, "run", 100)!;
        Assert.Equal(FaultKind.WorkerDied, fault.Kind);
        Expect.HostIsUnharmed();
        return fault.Message;
    }

    private static void ClaimThrow(Instance target)
    {
        target.Context->Trap = TrapKind.Fault;
        target.Context->TrapArgument = (ulong)FaultKind.UncaughtException;
    }

    private static LinkedInstruction SiteOf(Instance target)
    {
        CodeLocation site = target.Program.TrapSite((int)target.Context->TrapSite);
        return site.Function.InstructionAt(site.Word);
    }

    /// <summary>The trace array of the exception whose trace the guest asks for just now.</summary>
    private static uint? TraceToRead(Instance target)
    {
        LinkedInstruction site = SiteOf(target);
        if (site.Opcode != LinkedOpcode.ExceptionTrace)
            return null;
        uint exception = (uint)((long*)target.Context->GuestRbp)[site.B];
        return *TraceOf(target, exception) is not 0 and uint trace ? trace : null;
    }

    private static uint* TraceOf(Instance target, uint exception) => (uint*)(target.Cage.Base + exception + target.Program.Exceptions!.TraceOffset);

    private static bool IsPair(LinkedType type) => type.Name == "test.Pair";

    private static bool IsBad(LinkedType type) => type.Name == "test.Bad";
}
