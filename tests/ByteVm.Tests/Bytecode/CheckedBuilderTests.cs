using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

public sealed class CheckedBuilderTests
{
    private readonly ModuleBuilder module = new("app", isChecked: true);

    [Fact]
    public void AWrongRegisterTypeThrowsWhereItIsEmitted()
    {
        FunctionBuilder code = module.DefineFunction(module.DeclareFunction("main"), [TypeRef.F64], TypeRef.None);
        Register number = code.NewRegister(TypeRef.I32);

        var thrown = Assert.Throws<BuilderException>(() => code.AddI32(number, number, code.Parameter(0)));

        Assert.Equal(VerifierRules.UseType, thrown.Rule);
        Assert.Equal("main, instruction 0: V0604: a register that is read has the type the instruction needs: expected i32, found f64 in r0", thrown.Message);
    }

    [Fact]
    public void AStorageTypeIsNoParameter() =>
        Assert.Equal(
            VerifierRules.StorageType,
            Assert.Throws<BuilderException>(() => module.DefineFunction(module.DeclareFunction("f"), [TypeRef.U8], TypeRef.None)).Rule);

    [Fact]
    public void AForeignTypeIsNoElementType() =>
        Assert.Equal(VerifierRules.TypeOrder, Assert.Throws<BuilderException>(() => module.ArrayOf(new TypeRef(99))).Rule);

    [Fact]
    public void AFunctionThatFallsThroughIsNotBuilt()
    {
        FunctionBuilder code = module.DefineFunction(module.DeclareFunction("main"), [], TypeRef.None);
        code.ConstI32(code.NewRegister(TypeRef.I32), 1);

        Assert.Equal(VerifierRules.FallsThrough, Assert.Throws<BuilderException>(code.Build).Rule);
    }

    [Fact]
    public void WhatIsNotDefinedYetIsTakenToBeRight()
    {
        int later = module.DeclareFunction("later");
        int node = module.DeclareType();
        FunctionBuilder code = module.DefineFunction(module.DeclareFunction("main"), [module.Named(node)], TypeRef.None);
        code.Call(null, module.Function(later), [code.Parameter(0)]);
        Register any = code.NewRegister(TypeRef.Object);
        code.Move(any, code.Parameter(0));
        code.Return();
        code.Build();
    }

    [Fact]
    public void ACallIsCheckedOnceItsTargetIsKnown()
    {
        int target = module.DeclareFunction("target");
        module.DefineFunction(target, [TypeRef.I32], TypeRef.None);
        FunctionBuilder code = module.DefineFunction(module.DeclareFunction("main"), [], TypeRef.None);

        Assert.Equal(VerifierRules.ArgumentCount, Assert.Throws<BuilderException>(() => code.Call(null, module.Function(target), [])).Rule);
    }
}
