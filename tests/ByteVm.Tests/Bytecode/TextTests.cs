using ByteVm.Bytecode;
using ByteVm.Testing;
using CsCheck;

namespace ByteVm.Tests.Bytecode;

public sealed class TextTests
{
    [Fact]
    public void TheSampleSurvivesBeingWrittenAsText() => AssertSurvivesText(SampleModule.Build());

    [Fact]
    public void RandomModulesAreValidAndSurviveBytesAndText() => Gen.Int.Sample(
        seed =>
        {
            Module module = RandomModule.Create(seed);
            Assert.Empty(Verifier.Check(module));
            byte[] bytes = ModuleWriter.Write(module);
            Assert.Equal(bytes, ModuleWriter.Write(ModuleReader.Read(bytes)));
            AssertSurvivesText(module);
        },
        iter: 300);

    private static void AssertSurvivesText(Module module)
    {
        string text = Disassembler.ToText(module);
        Module again = Assembler.Assemble(text, "test.bva");
        Assert.Equal(text, Disassembler.ToText(again));
        Assert.Equal(ModuleWriter.Write(module), ModuleWriter.Write(again));
    }
}
