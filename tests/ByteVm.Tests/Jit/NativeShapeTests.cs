using System.Runtime.Versioning;
using ByteVm.Bytecode;
using ByteVm.Memory.Layout;
using ByteVm.Runtime.Execution;
using ByteVm.Tests.Interpretation;

namespace ByteVm.Tests.Jit;

/// <summary>Functions at the limits of what is encoded in one way or the other: jump tables, frames, long branches.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeShapeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(4096)]
    [InlineData(FormatLimits.MaxSwitchTargets - 1)]
    public void SwitchTakesItsCaseOrTheDefault(int cases)
    {
        using Native run = new(SwitchOf(cases));
        foreach (int index in new[] { 0, 1, cases / 2, cases - 1 })
            Assert.Equal(index >= 0 && index < cases ? index % 2 : 2, run.Call((uint)index).Result);
        foreach (int index in new[] { -1, cases, cases + 1, int.MaxValue, int.MinValue })
            Assert.Equal(2, run.Call((uint)index).Result);
    }

    /// <summary>A stack full of other frames' values, then a function that reads registers it never wrote.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1000)]
    public void RegistersStartAtZero(int registers)
    {
        using Native run = new(DirtyThenRead(registers));
        Trap trap = run.Call();
        Assert.Equal(TrapKind.Returned, trap.Kind);
        Assert.Equal(0, trap.Result);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public void BranchesReachOverLongCode(int length)
    {
        using Native run = new(LoopOver(length));
        Assert.Equal(2 * length, run.Call(2).Result);
    }

    /// <summary>main(i) = 0 in even cases, 1 in odd ones, 2 otherwise.</summary>
    private static Module SwitchOf(int cases) => Interpreted.WithMain([TypeRef.I32], TypeRef.I32, (_, f) =>
    {
        Register result = f.NewRegister(TypeRef.I32);
        Label[] labels = [f.NewLabel(), f.NewLabel(), f.NewLabel()];
        f.Switch(f.Parameter(0), [.. Enumerable.Range(0, cases).Select(i => labels[i % 2]), labels[2]]);
        for (int i = 0; i < labels.Length; i++)
        {
            f.Mark(labels[i]);
            f.ConstI32(result, i);
            f.ReturnValue(result);
        }
    });

    private static Module DirtyThenRead(int registers)
    {
        ModuleBuilder module = new("test");
        int main = module.DeclareFunction("main"), dirty = module.DeclareFunction("dirty"), read = module.DeclareFunction("read");
        FunctionBuilder f = module.DefineFunction(main, [], TypeRef.I64);
        Register result = f.NewRegister(TypeRef.I64);
        f.Call(null, module.Function(dirty), []);
        f.Call(result, module.Function(read), []);
        f.ReturnValue(result);
        f.Build();

        f = module.DefineFunction(dirty, [], TypeRef.None);
        foreach (int _ in Enumerable.Range(0, registers + 2))
            f.ConstI64(f.NewRegister(TypeRef.I64), 0x0123_4567_89AB_CDEF);
        f.Return();
        f.Build();

        f = module.DefineFunction(read, [], TypeRef.I64);
        Register sum = f.NewRegister(TypeRef.I64);
        foreach (int _ in Enumerable.Range(1, registers - 1))
            f.OrI64(sum, sum, f.NewRegister(TypeRef.I64));
        f.ReturnValue(sum);
        f.Build();
        module.AddExport("main", main);
        return module.Build();
    }

    /// <summary>main(n) = n * length, counted in a loop body of that many instructions.</summary>
    private static Module LoopOver(int length) => Interpreted.WithMain([TypeRef.I32], TypeRef.I32, (_, f) =>
    {
        Register sum = f.NewRegister(TypeRef.I32), one = f.NewRegister(TypeRef.I32), count = f.Parameter(0);
        Label head = f.NewLabel(), end = f.NewLabel();
        f.ConstI32(one, 1);
        f.Mark(head);
        f.BrFalse(count, end);
        for (int i = 0; i < length; i++)
            f.AddI32(sum, sum, one);
        f.SubI32(count, count, one);
        f.Jump(head);
        f.Mark(end);
        f.ReturnValue(sum);
    });
}
