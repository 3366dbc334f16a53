using ByteVm.Bytecode;
using ByteVm.Host;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tests.Embedding;

/// <summary>Guests for tests: from a few lines of Tarn, or from one function built by hand, on each engine this system has.</summary>
internal static class Guests
{
    /// <summary>For [MemberData]: every engine that runs here.</summary>
    public static TheoryData<EngineKind> Engines => DirectExecution.IsSupported
        ? new TheoryData<EngineKind>(EngineKind.Interpreter, EngineKind.Baseline)
        : new TheoryData<EngineKind>(EngineKind.Interpreter);

    /// <summary>Compiles a Tarn module called "test".</summary>
    public static GuestProgram Tarn(string source, EngineKind engine = EngineKind.Interpreter, bool metered = false, bool main = false) =>
        GuestProgram.FromModule(Compile(source, main), new EngineOptions { Engine = engine, Metered = metered });

    public static Module Compile(string source, bool main = false)
    {
        CompilationResult result = TarnCompiler.Compile(
            "test", new SourceText("test.tarn", source), new MemorySources(new Dictionary<string, string>()), new CompilerOptions { RequireMain = main });
        Assert.True(result.Module is not null, result.RenderDiagnostics());
        return result.Module;
    }

    /// <summary>A module with the one exported function "f".</summary>
    public static Module Function(TypeRef result, TypeRef[] parameters, Action<FunctionBuilder> emit) => Function(_ => result, _ => parameters, (f, _) => emit(f));

    public static Module Function(TypeRef result, Func<ModuleBuilder, TypeRef[]> parameters, Action<FunctionBuilder, ModuleBuilder> emit) =>
        Function(_ => result, parameters, emit);

    public static Module Function(Func<ModuleBuilder, TypeRef> result, Func<ModuleBuilder, TypeRef[]> parameters, Action<FunctionBuilder, ModuleBuilder> emit)
    {
        var module = new ModuleBuilder("test");
        int index = module.DeclareFunction("f");
        FunctionBuilder function = module.DefineFunction(index, parameters(module), result(module));
        emit(function, module);
        function.Build();
        module.AddExport("f", index);
        return module.Build();
    }

    public static GuestFault Fault(Action call) => Assert.Throws<GuestFaultException>(call).Fault;
}
