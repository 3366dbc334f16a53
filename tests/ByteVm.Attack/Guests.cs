using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Attack;

/// <summary>Programs in Tarn, and how their runs end.</summary>
internal static class Guests
{
    public static TheoryData<IsolationLevel> Levels => [IsolationLevel.Cage, IsolationLevel.Process];

    public static GuestProgram Compile(string source, EngineOptions? options = null)
    {
        CompilationResult result = TarnCompiler.Compile("test", new SourceText("test.tarn", source), new NoSources(), new CompilerOptions { RequireMain = false });
        Assert.True(result.Module is not null, result.RenderDiagnostics());
        return GuestProgram.FromModule(result.Module, options ?? new EngineOptions { Engine = EngineKind.Baseline });
    }

    public static InstanceOptions Options(IsolationLevel level) => InstanceOptions.Default with { Isolation = level };

    /// <summary>The fault that ends the call, or null.</summary>
    public static GuestFault? FaultOf(GuestInstance instance, string function, params GuestValue[] arguments)
    {
        try
        {
            instance.Call(function, arguments);
            return null;
        }
        catch (GuestFaultException e)
        {
            return e.Fault;
        }
    }

    private sealed class NoSources : ISourceProvider
    {
        public SourceText? Find(string moduleName) => null;
    }
}
