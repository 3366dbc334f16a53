using ByteVm.Bytecode;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;
using ByteVm.Tests.Interpretation;

namespace ByteVm.Tests.Linking;

/// <summary>Branches that a signed 16-bit distance does not reach, jump tables at the limit, frames beyond it.</summary>
public sealed class LargeFunctionTests
{
    [Fact]
    public void BranchesReachAcrossManyWords()
    {
        const int filler = 50_000;
        Module module = Interpreted.WithMain([TypeRef.I32], TypeRef.I32, (_, f) =>
        {
            Register count = f.Parameter(0);
            Register sum = f.NewRegister(TypeRef.I32);
            Register one = f.NewRegister(TypeRef.I32);
            Label head = f.NewLabel();
            Label done = f.NewLabel();
            f.ConstI32(one, 1);
            f.Mark(head);
            f.BrFalse(count, done);
            f.BrLtI32(count, one, done);
            for (int i = 0; i < filler; i++)
                f.AddI32(sum, sum, one);
            f.SubI32(count, count, one);
            f.BrLeI32(one, count, head);
            f.Jump(head);
            f.Mark(done);
            f.ReturnValue(sum);
        });
        using var run = new Interpreted(module);
        Assert.Equal(3 * filler, run.Run(3).Result);
        Assert.Equal(0, run.Run(0).Result);
        Assert.Equal(0, run.Run(unchecked((uint)-1)).Result);
    }

    [Fact]
    public void ASwitchMayHaveTheMostTargets()
    {
        const int last = FormatLimits.MaxSwitchTargets - 1;
        Module module = Interpreted.WithMain([TypeRef.I32], TypeRef.I32, (_, f) =>
        {
            Register result = f.NewRegister(TypeRef.I32);
            Label[] labels = [.. Enumerable.Range(0, last + 1).Select(_ => f.NewLabel())];
            f.Switch(f.Parameter(0), labels);
            for (int i = 0; i <= last; i++)
            {
                f.Mark(labels[i]);
                f.ConstI32(result, i);
                f.ReturnValue(result);
            }
        });
        using var run = new Interpreted(module);
        foreach (long selector in new[] { 0L, 1, 40_000, last - 1, last })
            Assert.Equal(selector, run.Run(selector).Result);
        Assert.Equal(last, run.Run(0x8000_0000).Result);
    }

    [Fact]
    public void AFrameTooLargeIsNamed()
    {
        var module = new ModuleBuilder("test");
        int definition = module.DeclareType();
        TypeRef wide = module.Named(definition);
        module.DefineType(definition, new TypeDefinition(
            "Wide", TypeDefinitionKind.Value, [], TypeRef.None, [], [.. Enumerable.Range(0, 100).Select(i => new FieldDefinition($"f{i}", TypeRef.I64))], []));
        int main = module.DeclareFunction("main");
        FunctionBuilder f = module.DefineFunction(main, [], TypeRef.None);
        for (int i = 0; i < 301; i++)
            f.NewRegister(wide);
        f.Return();
        f.Build();
        module.AddExport("main", main);
        using var run = new Interpreted(module.Build());
        LinkException e = Assert.Throws<LinkException>(() => run.Run());
        Assert.Equal("test: function 'main' needs a frame of 30,100 slots; at most 30,000", e.Message);
    }

    [Fact]
    public void PollsAndChargesStandWhereTheyMust()
    {
        Module module = Interpreted.WithMain([TypeRef.I32], TypeRef.None, (_, f) =>
        {
            Register one = f.NewRegister(TypeRef.I32);
            Label head = f.NewLabel();
            f.ConstI32(one, 1);
            f.Mark(head);
            f.SubI32(f.Parameter(0), f.Parameter(0), one);
            f.BrTrue(f.Parameter(0), head);
            f.Return();
        });
        using var run = new Interpreted(module, new ProgramOptions { Metered = true }, new InstanceOptions { Fuel = 1000 });
        Assert.Null(run.Run(10).Fault);
        Assert.Equal(1000 - (1 + 10 * 2 + 1), run.FuelLeft);
        LinkedFunction main = run.Program.Export("main")!;
        LinkedOpcode[] expected =
        [
            LinkedOpcode.Charge, LinkedOpcode.ConstI32, LinkedOpcode.Charge, LinkedOpcode.Poll, LinkedOpcode.SubI32, LinkedOpcode.BrTrue,
            LinkedOpcode.Charge, LinkedOpcode.ReturnVoid,
        ];
        Assert.Equal(expected, Enumerable.Range(0, main.CodeWords).Select(w => main.InstructionAt(w).Opcode));
        Assert.Equal([0, 0, 1, 1, 1, 2, 3, 3], main.ModulePc);
    }

    [Fact]
    public void RunningOutOfFuelMayBeResumed()
    {
        using var run = new Interpreted(CallTests.Fibonacci(), new ProgramOptions { Metered = true }, new InstanceOptions { Fuel = 100 });
        var monitor = new InstanceMonitor(run.Instance);
        Outcome outcome = monitor.Call(run.Program.Export("main")!, [12]);
        int resumed = 0;
        while (outcome.Fault?.Kind == FaultKind.OutOfFuel)
        {
            run.AddFuel(100);
            resumed++;
            outcome = monitor.Resume();
        }

        Assert.Equal(144, outcome.Result);
        Assert.True(resumed > 5);
    }
}
