using ByteVm.Jit.X64.Baseline;
using ByteVm.Jit.X64.Checking;
using ByteVm.Runtime.Linking;

namespace ByteVm.Tests.Jit;

/// <summary>The checker bites: it accepts what the compiler makes and refuses each injected fault, for the right reason.</summary>
public sealed class EmittedCodeCheckerTests
{
    public static TheoryData<string> Faults => [.. InjectedFaults.All.Keys];

    [Fact]
    public void AcceptsTheSubjectTakenApartAndPutTogether()
    {
        CompiledFunction compiled = InjectedFaults.Subject().Compile(out LinkedFunction function);
        EmittedCodeChecker.Check(function, compiled);
        EmittedCodeChecker.Check(function, new CodeEditor(compiled).Build());
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void RefusesInjectedFault(string name)
    {
        (string rule, Func<CompiledFunction, CompiledFunction> inject) = InjectedFaults.All[name];
        CompiledFunction compiled = InjectedFaults.Subject().Compile(out LinkedFunction function);
        RefusedCodeException refused = Assert.Throws<RefusedCodeException>(() => EmittedCodeChecker.Check(function, inject(compiled)));
        Assert.Contains(rule, refused.Rule);
    }
}
