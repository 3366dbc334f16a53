using System.Runtime.Versioning;
using ByteVm.Jit.X64.Baseline;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Jit;

/// <summary>The listing of machine code shows all of it, knows where it comes from, and can be compared.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativeListingTests
{
    [Fact]
    public void ShowsEveryInstructionInOrder()
    {
        CompiledFunction compiled = InjectedFaults.Subject().Compile(out LinkedFunction function);
        IReadOnlyList<NativeLine> lines = NativeListing.Of(function, compiled, _ => "callee");
        int entries = compiled.JumpTables.Sum(table => table.Count);
        Assert.Equal(compiled.MachineInstructions + entries, lines.Count);
        Assert.Equal(lines.Select(line => line.Offset).Order(), lines.Select(line => line.Offset));
        Assert.Contains(lines, line => line.Text.EndsWith("; callee"));
    }

    [Fact]
    public void KnowsTheWordOfEachInstructionOfTheBody()
    {
        CompiledFunction compiled = InjectedFaults.Subject().Compile(out LinkedFunction function);
        IReadOnlyList<NativeLine> lines = NativeListing.Of(function, compiled, _ => null);
        NativeLine[] body = [.. lines.Where(line => line.Part == NativePart.Body)];
        Assert.Equal(body.Select(line => line.Word).Order(), body.Select(line => line.Word));
        foreach (CodePoint call in compiled.CallSites)
            Assert.StartsWith("call", body.Last(line => line.Offset < call.Offset && line.Word == call.Word).Text);
        Assert.All(lines.Where(line => line.Part is NativePart.Prologue or NativePart.Exits), line => Assert.Equal(-1, line.Word));
    }

    [Fact]
    public void NamesEveryBranchTarget()
    {
        CompiledFunction compiled = InjectedFaults.Subject().Compile(out LinkedFunction function);
        IReadOnlyList<NativeLine> lines = NativeListing.Of(function, compiled, _ => null);
        string[] labels = [.. lines.Select(line => line.Label).Where(label => label.Length > 0)];
        string[] branches = [.. lines.Select(line => line.Text.Split(' ')).Where(words => words[0].StartsWith('j') && words.Length == 2).Select(words => words[1]).Where(w => w != "rax")];
        Assert.NotEmpty(branches);
        Assert.Subset(labels.ToHashSet(), branches.ToHashSet());
    }
}
