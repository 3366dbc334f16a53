using ByteVm.Bytecode;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Interpretation;
using ByteVm.Runtime.Linking;
using LinkedProgram = ByteVm.Runtime.Linking.Program;

namespace ByteVm.Tests.Interpretation;

/// <summary>A program of a hand-made module with one instance on the interpreter, with or without the monitor.</summary>
internal sealed class Interpreted : IDisposable
{
    public Interpreted(Module module, ProgramOptions? options = null, InstanceOptions? limits = null, IProcessor? processor = null)
    {
        Program = new LinkedProgram(module, (options ?? ProgramOptions.Default) with { VerifyLinkedCode = true });
        Instance = new Instance(Program, processor ?? new InterpreterProcessor(), limits ?? new InstanceOptions());
    }

    public LinkedProgram Program { get; }

    public Instance Instance { get; }

    public unsafe long FuelLeft => Instance.Context->Fuel;

    public unsafe void AddFuel(long units) => Instance.Context->Fuel += units;

    /// <summary>Runs the exported function "main" until its first trap.</summary>
    public Trap Call(params ReadOnlySpan<long> arguments)
    {
        LinkedFunction main = Program.Export("main")!;
        Instance.Processor.Enter(Instance, main, arguments);
        return Instance.Processor.Run(Instance);
    }

    /// <summary>Runs it to its end, with the monitor serving its traps.</summary>
    public Outcome Run(params ReadOnlySpan<long> arguments) => new InstanceMonitor(Instance).Call(Program.Export("main")!, arguments);

    /// <summary>Builds a module with one exported function "main".</summary>
    public static Module WithMain(TypeRef[] parameters, TypeRef result, Action<ModuleBuilder, FunctionBuilder> body)
    {
        var module = new ModuleBuilder("test");
        int main = module.DeclareFunction("main");
        FunctionBuilder function = module.DefineFunction(main, parameters, result);
        body(module, function);
        function.Build();
        module.AddExport("main", main);
        return module.Build();
    }

    public void Dispose()
    {
        Instance.Dispose();
        Program.Dispose();
    }
}
