using ByteVm.Bytecode;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>
/// A module that was read, verified and made ready to run, once, for any number of instances on any threads.
/// <code>
///   using var program = GuestProgram.Load("rules.bvm");
///   using var instance = program.Instantiate();
///   double price = instance.Call&lt;double&gt;("price", 3, "gold");
/// </code>
/// </summary>
public sealed class GuestProgram : IDisposable
{
    private readonly Program program;
    private readonly IProcessor processor;
    private IProcessor? isolated;

    /// <summary>This object, and each instance that is not disposed.</summary>
    private int users = 1;
    private bool disposed;

    private GuestProgram(Program program, IProcessor processor, EngineKind wanted)
    {
        EngineChoice = Processors.Explain(wanted, processor);
        this.program = program;
        this.processor = processor;
    }

    /// <summary>The module it was made from.</summary>
    public Module Module => program.Module;

    /// <summary>The engine that runs it: "interpreter" or "baseline".</summary>
    public string EngineName => processor.Name;

    /// <summary>Which engine runs it and why, as a sentence.</summary>
    public string EngineChoice { get; }

    /// <summary>Whether fuel is counted.</summary>
    public bool IsMetered => program.Options.Metered;

    /// <summary>The functions that can be called, each as "name(i32, string) -> f64".</summary>
    public IReadOnlyList<string> Exports => [.. Module.Exports.Select(e => Describe(e.Name, program.Export(e.Name)!))];

    internal Program Linked => program;

    /// <summary>What runs an instance with these options.</summary>
    /// <exception cref="PlatformNotSupportedException">The isolation asked for is not to be had here.</exception>
    internal IProcessor ProcessorFor(InstanceOptions options) =>
        options.Isolation == IsolationLevel.Process ? isolated ??= Processors.CreateIsolated(program, processor) : processor;

    /// <summary>Reads a .bvm file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ModuleFormatException">It holds no module of this version.</exception>
    /// <exception cref="VerificationException">The module breaks the rules of the machine.</exception>
    /// <exception cref="LinkException">Its literals and globals do not fit.</exception>
    /// <exception cref="PlatformNotSupportedException">The engine asked for does not run here.</exception>
    public static GuestProgram Load(string path, EngineOptions? options = null) => FromBytes(File.ReadAllBytes(path), options);

    /// <summary>As <see cref="Load"/>, from the bytes of a .bvm file.</summary>
    public static GuestProgram FromBytes(ReadOnlySpan<byte> bytes, EngineOptions? options = null) => FromModule(ModuleReader.Read(bytes), options);

    /// <summary>As <see cref="Load"/>, from a module that was built or compiled in memory.</summary>
    public static GuestProgram FromModule(Module module, EngineOptions? options = null)
    {
        options ??= EngineOptions.Default;
        Verifier.Verify(module);
        var program = new Program(module, new ProgramOptions { Metered = options.Metered });
        try
        {
            return new GuestProgram(program, Processors.Create(options, program), options.Engine);
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Makes an instance and runs the module's initializer in it. Cheap: nothing is verified, linked or compiled again.</summary>
    /// <exception cref="InstantiationException">The module imports what this host does not offer.</exception>
    /// <exception cref="GuestFaultException">The initializer failed.</exception>
    /// <exception cref="PlatformNotSupportedException">The isolation asked for is not to be had here; the message names what is missing.</exception>
    public GuestInstance Instantiate(InstanceOptions? options = null)
    {
        AddUser();
        try
        {
            return new GuestInstance(this, options ?? InstanceOptions.Default);
        }
        catch
        {
            RemoveUser();
            throw;
        }
    }

    /// <summary>
    /// Starts worker processes ahead of need, so that an instance in a process of its own is there in microseconds instead of a millisecond or two; each that is
    /// taken is replaced in the background. A ready worker keeps some 100 kB of memory, a process, and five descriptors. Without this call none is kept.
    /// </summary>
    /// <param name="count">How many; 0 to give up those there are.</param>
    /// <param name="options">Which instances they are for: those with the same stack and timestamp counter.</param>
    /// <exception cref="PlatformNotSupportedException">The isolation is not to be had here; the message names what is missing.</exception>
    public void KeepWorkersReady(int count, InstanceOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed), this);
        options = (options ?? InstanceOptions.Default) with { Isolation = IsolationLevel.Process };
        Processors.KeepReady(ProcessorFor(options), count, options);
    }

    /// <summary>Ends this object's use; what instances need stays until the last one is disposed.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref disposed, true))
            RemoveUser();
    }

    internal void RemoveUser()
    {
        if (Interlocked.Decrement(ref users) != 0)
            return;
        (isolated as IDisposable)?.Dispose();
        (processor as IDisposable)?.Dispose();
        program.Dispose();
    }

    internal string Describe(string name, LinkedFunction function)
    {
        Function source = function.Source;
        string parameters = string.Join(", ", source.Registers.Take(source.ParameterCount).Select(t => program.Type(t).Name));
        return source.Result.IsNone ? $"{name}({parameters})" : $"{name}({parameters}) -> {program.Type(source.Result).Name}";
    }

    private void AddUser()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed), this);
        Interlocked.Increment(ref users);
    }
}
