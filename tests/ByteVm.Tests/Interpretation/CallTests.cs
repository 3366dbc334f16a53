using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;

namespace ByteVm.Tests.Interpretation;

public sealed class CallTests
{
    [Fact]
    public void RecursionReturnsThroughEveryFrame()
    {
        using var run = new Interpreted(Fibonacci());
        Trap trap = run.Call(20);
        Assert.Equal(TrapKind.Returned, trap.Kind);
        Assert.Equal(6765, trap.Result);
    }

    [Fact]
    public void TrampolineGivesTheSame()
    {
        using var run = new Interpreted(Fibonacci());
        Assert.Equal(6765, run.Call(20).Result);
        run.Instance.Processor.Enter(run.Instance, run.Program.Export("main")!, [15]);
        unsafe
        {
            HandlerTable.Run(run.Instance.Context, tailCalls: false);
            Assert.Equal(610ul, run.Instance.Context->ResultInteger);
        }
    }

    [Fact]
    public void HandlersTailCall() => Assert.True(HandlerTable.TailCalls);

    [Fact]
    public void EndlessRecursionStopsAtTheStackLimit()
    {
        using var run = new Interpreted(Fibonacci());
        Trap trap = run.Call(int.MaxValue);
        Assert.Equal(TrapKind.StackOverflow, trap.Kind);
        Assert.Equal("main", trap.Location.Function.Name);
    }

    internal static Module Fibonacci()
    {
        var module = new ModuleBuilder("test");
        int main = module.DeclareFunction("main");
        FunctionBuilder f = module.DefineFunction(main, [TypeRef.I32], TypeRef.I32);
        Register n = f.Parameter(0);
        Register two = f.NewRegister(TypeRef.I32);
        Register one = f.NewRegister(TypeRef.I32);
        Register first = f.NewRegister(TypeRef.I32);
        Register second = f.NewRegister(TypeRef.I32);
        Label recurse = f.NewLabel();
        f.ConstI32(two, 2);
        f.BrLeI32(two, n, recurse);
        f.ReturnValue(n);
        f.Mark(recurse);
        f.ConstI32(one, 1);
        f.SubI32(first, n, one);
        f.Call(first, module.Function(main), [first]);
        f.SubI32(second, n, two);
        f.Call(second, module.Function(main), [second]);
        f.AddI32(first, first, second);
        f.ReturnValue(first);
        f.Build();
        module.AddExport("main", main);
        return module.Build();
    }
}
