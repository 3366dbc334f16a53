using ByteVm.Bytecode;
using ByteVm.Memory;

namespace ByteVm.Tests.Execution;

/// <summary>An instance of a module with one function, "f".</summary>
internal sealed class OneFunction : IDisposable
{
    private readonly GuestProgram program;
    private readonly GuestInstance instance;

    public OneFunction(EngineKind engine, bool stress, Module module)
    {
        program = GuestProgram.FromModule(module, new EngineOptions { Engine = engine });
        instance = program.Instantiate(new InstanceOptions { GcStress = stress ? GcStress.Safepoints : GcStress.Never });
    }

    public T Call<T>(params ReadOnlySpan<GuestValue> arguments) => instance.Call<T>("f", arguments);

    public void Run(params ReadOnlySpan<GuestValue> arguments) => instance.Call("f", arguments);

    public void Dispose()
    {
        instance.Dispose();
        program.Dispose();
    }
}
