using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Fuzz;

/// <summary>A guest that hands calls on to the standard library. Each call has a limit of fuel: a hang is a fault.</summary>
internal sealed class FuzzGuest : IDisposable
{
    private const long FuelPerCall = 200_000_000;

    private readonly GuestProgram program;
    private readonly GuestInstance instance;
    private long used;

    /// <param name="source">A Tarn module; its functions are what can be called.</param>
    public FuzzGuest(string source)
    {
        CompilationResult result = TarnCompiler.Compile(
            "fuzz", new SourceText("fuzz.tarn", source), new MemorySources(new Dictionary<string, string>()), new CompilerOptions { RequireMain = false });
        program = GuestProgram.FromModule(result.Module ?? throw new InvalidOperationException(result.RenderDiagnostics()), new EngineOptions { Metered = true });
        instance = program.Instantiate(new InstanceOptions { Fuel = FuelPerCall, MemoryBytes = 256 << 20 });
        used = instance.FuelUsed;
    }

    public T Call<T>(string function, params ReadOnlySpan<GuestValue> arguments)
    {
        T result = instance.Call<T>(function, arguments);
        instance.AddFuel(instance.FuelUsed - used);
        used = instance.FuelUsed;
        return result;
    }

    public void Dispose()
    {
        instance.Dispose();
        program.Dispose();
    }
}
