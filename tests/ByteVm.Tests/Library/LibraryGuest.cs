using ByteVm.Tests.Embedding;

namespace ByteVm.Tests.Library;

/// <summary>A guest that hands calls on to the standard library, on the fastest engine of this system.</summary>
internal sealed class LibraryGuest : IDisposable
{
    private readonly GuestProgram program;
    private readonly GuestInstance instance;

    /// <param name="source">A Tarn module; its functions are what can be called.</param>
    public LibraryGuest(string source)
    {
        program = Guests.Tarn(source, EngineKind.Auto);
        instance = program.Instantiate();
    }

    public T Call<T>(string function, params ReadOnlySpan<GuestValue> arguments) => instance.Call<T>(function, arguments);

    public void Dispose()
    {
        instance.Dispose();
        program.Dispose();
    }
}
