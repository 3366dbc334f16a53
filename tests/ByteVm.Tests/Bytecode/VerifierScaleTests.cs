using System.Diagnostics;
using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

/// <summary>Modules at the limits of the format, and such as are made to keep a verifier busy.</summary>
public sealed class VerifierScaleTests
{
    [Fact]
    public void AFunctionAtTheInstructionLimitIsAccepted()
    {
        FunctionBuilder code = Start(out ModuleBuilder module);
        Register number = code.NewRegister(TypeRef.I32);
        for (int i = 0; i < FormatLimits.MaxInstructions - 1; i++)
            code.AddI32(number, number, number);
        code.Return();
        code.Build();

        AssertAcceptedSoon(module.Build());
    }

    [Fact]
    public void ASwitchAtTheTargetLimitIsAccepted()
    {
        FunctionBuilder code = Start(out ModuleBuilder module);
        Label end = code.NewLabel();
        var targets = new Label[FormatLimits.MaxSwitchTargets];
        Array.Fill(targets, end);
        code.Switch(code.NewRegister(TypeRef.I32), targets);
        code.Mark(end);
        code.Return();
        code.Build();

        AssertAcceptedSoon(module.Build());
    }

    [Fact]
    public void ManySubtypeQueriesOverDeepGenericHierarchiesAreFast()
    {
        FunctionBuilder code = Start(out ModuleBuilder module);
        var parameter = new TypeParameter("T", TypeRef.None);
        TypeRef variable = module.TypeVariable(0);
        int previous = -1;
        int[] classes = new int[FormatLimits.MaxClassDepth];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = module.DeclareType();
            TypeRef super = previous < 0 ? TypeRef.None : module.Named(previous, variable);
            module.DefineType(classes[i], new TypeDefinition($"C{i}", TypeDefinitionKind.Class, [parameter], super, [], [], []));
            previous = classes[i];
        }

        Register[] registers = [.. classes.Select(c => code.NewRegister(module.Named(c, TypeRef.I64)))];
        for (int i = 0; i < 200_000; i++)
            code.Move(registers[i % 31], registers[31 + i % 33]);
        code.Return();
        code.Build();

        AssertAcceptedSoon(module.Build());
    }

    [Fact]
    public void ManyInstantiationsOfALargeSignatureEndAtTheWorkLimit()
    {
        FunctionBuilder code = Start(out ModuleBuilder module);
        int target = module.DeclareFunction("target");
        TypeRef variable = module.TypeVariable(0);
        TypeRef[] parameters = [.. Enumerable.Range(0, FormatLimits.MaxParameters).Select(i => module.FunctionType([.. Enumerable.Repeat(variable, i)], variable))];
        FunctionBuilder callee = module.DefineFunction(target, parameters, TypeRef.None, new TypeParameter("T", TypeRef.None));
        callee.Return();
        callee.Build();
        for (int i = 0; i < 2_000; i++)
            module.Function(target, module.FunctionType([.. Enumerable.Repeat(TypeRef.I32, i % 200), .. Enumerable.Repeat(TypeRef.I64, i / 200)], TypeRef.None));
        code.Return();
        code.Build();
        Module built = module.Build();
        var clock = Stopwatch.StartNew();

        Assert.Equal(VerifierRules.TypeWork, Assert.Single(Verifier.Check(built)).Rule);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    private static FunctionBuilder Start(out ModuleBuilder module)
    {
        module = new ModuleBuilder("scale");
        return module.DefineFunction(module.DeclareFunction("main"), [], TypeRef.None);
    }

    // The bound is far above what it takes, and far below what a quadratic verifier would.
    private static void AssertAcceptedSoon(Module module)
    {
        var clock = Stopwatch.StartNew();
        Assert.Empty(Verifier.Check(module));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
    }
}
