using ByteVm.Bytecode;
using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Specification;

/// <summary>Every example of the bytecode's specification is what is written beside it: a module that runs on every engine, or one that the verifier rejects.</summary>
public sealed class BytecodeExampleTests
{
    public static TheoryData<Example> Examples => [.. ExamplePage.Bytecode()];

    [Theory]
    [MemberData(nameof(Examples))]
    public void IsWhatIsWrittenBesideIt(Example example)
    {
        Module module = Assembler.Assemble(example.Files[example.Entry], example.Entry);
        Assert.True(example.Results.Count > 0, "The example says nothing of its result.");
        if (example.Results.TryGetValue(Example.Rejected, out string? message))
            Assert.Equal(message, Verifier.Check(module)[0] + "\n");
        else
            Runs(module, example);
    }

    private static string Text(Module module)
    {
        using var text = new StringWriter();
        Disassembler.Write(module, text);
        return text.ToString();
    }

    private static void Runs(Module module, Example example)
    {
        Assert.Empty(Verifier.Check(module));
        Assert.Equal(ModuleWriter.Write(module), ModuleWriter.Write(Assembler.Assemble(Text(module), example.Entry)));
        foreach (EngineKind engine in Guests.Engines.Select(row => row.Data))
            Assert.Equal((example.Results.GetValueOrDefault(Example.Prints), example.Results.GetValueOrDefault(Example.Fault)), ExampleRun.Of(module, engine));
    }
}
