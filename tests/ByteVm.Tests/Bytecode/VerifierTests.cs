using ByteVm.Bytecode;

namespace ByteVm.Tests.Bytecode;

public sealed class VerifierTests
{
    [Fact]
    public void AcceptsTheSample() => Assert.Empty(Verifier.Check(SampleModule.Build()));

    [Fact]
    public void NamesFunctionInstructionAndSourceLine()
    {
        var module = new ModuleBuilder("app");
        FunctionBuilder code = module.DefineFunction(module.DeclareFunction("main"), [], TypeRef.I32);
        Register number = code.NewRegister(TypeRef.F64);
        code.SetPosition(module.SourceFile("app.tarn"), 3, 7);
        code.ConstF64(number, 1);
        code.ReturnValue(number);
        code.Build();

        var thrown = Assert.Throws<VerificationException>(() => Verifier.Verify(module.Build()));

        Assert.Equal(
            "function 0 'main', instruction 1 (app.tarn:3:7): V0604: a register that is read has the type the instruction needs: expected i32, found f64 in r0",
            Assert.Single(thrown.Errors).ToString());
    }
}
