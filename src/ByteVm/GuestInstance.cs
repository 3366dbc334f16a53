using ByteVm.Memory;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Execution.Values;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>
/// A running guest with a memory of its own. It takes one call at a time, from any thread; <see cref="Interrupt"/> and <see cref="Dispose"/> may come at any time.
/// After a fault it can be called again: its objects and globals are as the fault left them.
/// <para>
/// <c>Call</c> holds its thread until the guest ends. <c>CallAsync</c> runs the guest on the thread pool and holds no thread while the guest waits for a function
/// registered with <c>RegisterAsync</c> or for input. Either can be cancelled: the guest then ends with a fault of kind
/// <see cref="FaultKind.Interrupted"/>, within a loop iteration, or at once where it waits.
/// </para>
/// </summary>
public sealed class GuestInstance : IDisposable
{
    private readonly GuestProgram program;
    private readonly Instance instance;
    private readonly InstanceMonitor monitor;
    private readonly CancellationTokenRegistration cancellation;
    private readonly Lock gate = new();
    private long fuelGranted;
    private bool busy;
    private bool disposed;

    internal GuestInstance(GuestProgram program, InstanceOptions options)
    {
        if (options.Fuel is not null && !program.IsMetered)
            throw new InstantiationException("A fuel limit needs a program that counts fuel: prepare it with EngineOptions { Metered = true }");
        this.program = program;
        instance = new Instance(program.Linked, program.ProcessorFor(options), options);
        monitor = new InstanceMonitor(instance);
        fuelGranted = options.Fuel ?? long.MaxValue;
        cancellation = options.Cancellation.UnsafeRegister(static i => ((Instance)i!).Interrupt(), instance);
        try
        {
            if (program.Linked.Initializer is { } initializer)
                Finish(monitor.Call(initializer, []));
        }
        catch
        {
            cancellation.Dispose();
            instance.Dispose();
            throw;
        }
    }

    internal Instance Instance => instance;

    /// <summary>Fuel used so far; 0 in a program that is not metered.</summary>
    public long FuelUsed => program.IsMetered ? fuelGranted - instance.Fuel : 0;

    /// <summary>What the instance did so far.</summary>
    public InstanceStatistics Statistics => InstanceStatistics.Of(instance, monitor, FuelUsed);

    /// <summary>Calls an exported function that returns a value.</summary>
    /// <typeparam name="T">The .NET type of the result, one of those <see cref="GuestValue"/> lists.</typeparam>
    /// <param name="function">Its name.</param>
    /// <param name="arguments">As many as it has parameters.</param>
    /// <exception cref="ArgumentException">There is no such function, or arguments or result do not fit it.</exception>
    /// <exception cref="GuestFaultException">The guest failed or met a limit.</exception>
    /// <exception cref="GuestExitException">The guest ended itself.</exception>
    /// <exception cref="LinkException">A function reached for the first time exceeds a limit of frames, nesting or specialization.</exception>
    public T Call<T>(string function, params ReadOnlySpan<GuestValue> arguments) => Call<T>(function, CancellationToken.None, arguments);

    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    /// <param name="function">Its name.</param>
    /// <param name="cancellation">Stops this call.</param>
    /// <param name="arguments">As many as it has parameters.</param>
    public T Call<T>(string function, CancellationToken cancellation, params ReadOnlySpan<GuestValue> arguments) =>
        Result<T>(Run(function, FindReturning<T>(function), cancellation, arguments));

    /// <summary>Calls an exported function; a result is ignored.</summary>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})" path="/exception"/>
    public void Call(string function, params ReadOnlySpan<GuestValue> arguments) => Run(function, Find(function), CancellationToken.None, arguments);

    /// <inheritdoc cref="Call(string, ReadOnlySpan{GuestValue})"/>
    /// <param name="function">Its name.</param>
    /// <param name="cancellation">Stops this call.</param>
    /// <param name="arguments">As many as it has parameters.</param>
    public void Call(string function, CancellationToken cancellation, params ReadOnlySpan<GuestValue> arguments) =>
        Run(function, Find(function), cancellation, arguments);

    /// <summary>Calls an exported function that returns a value, without holding the calling thread.</summary>
    /// <inheritdoc cref="Call{T}(string, CancellationToken, ReadOnlySpan{GuestValue})"/>
    public async Task<T> CallAsync<T>(string function, CancellationToken cancellation, params GuestValue[] arguments) =>
        Result<T>(await RunAsync(function, FindReturning<T>(function), cancellation, arguments).ConfigureAwait(false));

    /// <inheritdoc cref="CallAsync{T}(string, CancellationToken, GuestValue[])"/>
    public Task<T> CallAsync<T>(string function, params GuestValue[] arguments) => CallAsync<T>(function, CancellationToken.None, arguments);

    /// <summary>Calls an exported function, without holding the calling thread; a result is ignored.</summary>
    /// <inheritdoc cref="Call(string, CancellationToken, ReadOnlySpan{GuestValue})"/>
    public async Task CallAsync(string function, CancellationToken cancellation, params GuestValue[] arguments) =>
        await RunAsync(function, Find(function), cancellation, arguments).ConfigureAwait(false);

    /// <inheritdoc cref="CallAsync(string, CancellationToken, GuestValue[])"/>
    public Task CallAsync(string function, params GuestValue[] arguments) => CallAsync(function, CancellationToken.None, arguments);

    /// <summary>Runs the program's <c>main</c> with the arguments of the options.</summary>
    /// <param name="cancellation">Stops the guest.</param>
    /// <returns>The exit code: what main or <c>process.exit</c> gave, else 0.</returns>
    /// <exception cref="ArgumentException">The module has no main that takes nothing or the arguments.</exception>
    /// <exception cref="GuestFaultException">The guest failed or met a limit.</exception>
    public int RunMain(CancellationToken cancellation = default)
    {
        (LinkedFunction main, GuestValue[] arguments) = FindMain();
        try
        {
            return ExitCode(main, Run("main", main, cancellation, arguments));
        }
        catch (GuestExitException e)
        {
            return e.ExitCode;
        }
    }

    /// <summary>As <see cref="RunMain"/>, without holding the calling thread.</summary>
    /// <inheritdoc cref="RunMain"/>
    public async Task<int> RunMainAsync(CancellationToken cancellation = default)
    {
        (LinkedFunction main, GuestValue[] arguments) = FindMain();
        try
        {
            return ExitCode(main, await RunAsync("main", main, cancellation, arguments).ConfigureAwait(false));
        }
        catch (GuestExitException e)
        {
            return e.ExitCode;
        }
    }

    /// <summary>Grants more fuel, also to a guest that ran out of it: <see cref="Resume{T}"/> goes on where it stopped.</summary>
    public void AddFuel(long units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        if (!program.IsMetered)
            throw new InvalidOperationException("This program does not count fuel.");
        long added = Math.Min(units, long.MaxValue - instance.Fuel);
        instance.Fuel += added;
        fuelGranted += added;
    }

    /// <summary>Goes on with the call that last ended for want of fuel.</summary>
    /// <typeparam name="T">The result type of the function that was called.</typeparam>
    public T Resume<T>() => Result<T>(ResumeRaw());

    /// <summary>
    /// Stops the call in progress, or else the next one, with a fault of kind <see cref="FaultKind.Interrupted"/>. From any thread. It takes effect within a
    /// loop iteration or a call, and at once where the guest waits for input or a function registered with <c>RegisterAsync</c>; another host function
    /// that is running is not disturbed.
    /// </summary>
    public void Interrupt() => instance.Interrupt();

    /// <summary>
    /// Asks for a heap dump at the guest's next loop iteration, service or host operation. From any thread, also from a signal's handler. Where it goes is
    /// in <see cref="InstanceOptions.HeapDump"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The instance's options name no file.</exception>
    public void RequestHeapDump() => Dumper.Request();

    /// <summary>Writes what is still reachable, unless a dump was written before; to be called between two calls.</summary>
    /// <exception cref="InvalidOperationException">The instance's options name no file, or it is running.</exception>
    /// <exception cref="GuestFaultException">What a guest in a worker process left is no heap.</exception>
    public void WriteFinalHeapDump()
    {
        Enter();
        try
        {
            Dumper.AtEnd();
        }
        catch (Exception e) when (monitor.IsGuestLost(e))
        {
            throw new GuestFaultException(monitor.Lose(e).Fault!);
        }
        finally
        {
            Leave();
        }
    }

    private HeapDumper Dumper => instance.HeapDumper ?? throw new InvalidOperationException("This instance was made without InstanceOptions.HeapDump.");

    /// <summary>Flushes the console and gives the instance's memory back. A call in progress is stopped, and the memory given back when it has ended.</summary>
    public void Dispose()
    {
        bool release;
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            release = !busy;
        }

        if (release)
            Release();
        else
            instance.Interrupt();
    }

    private void Release()
    {
        cancellation.Dispose();
        instance.Dispose();
        program.RemoveUser();
    }

    /// <summary>A reference to a string or array may be what a guest that broke out of its code made up.</summary>
    private T Result<T>(long raw)
    {
        try
        {
            return GuestData.Read<T>(instance, raw);
        }
        catch (Exception e) when (monitor.IsGuestLost(e))
        {
            throw new GuestFaultException(monitor.Lose(e).Fault!);
        }
    }

    private LinkedFunction FindReturning<T>(string function)
    {
        LinkedFunction target = Find(function);
        string expected = target.Source.Result.IsNone ? "nothing" : program.Linked.Type(target.Source.Result).Name;
        return expected == GuestData.TypeName<T>()
            ? target
            : throw new ArgumentException(
                $"{program.Describe(function, target)} returns {expected}, not the {GuestData.TypeName<T>()} that {typeof(T).Name} stands for");
    }

    private (LinkedFunction Main, GuestValue[] Arguments) FindMain()
    {
        LinkedFunction main = program.Linked.Export("main") ??
            throw new ArgumentException($"module '{program.Module.Name}' has no function main to run");
        return (main, main.Source.ParameterCount == 0 ? [] : [instance.Shadow.Arguments]);
    }

    private static int ExitCode(LinkedFunction main, long result) => main.Source.Result == Bytecode.TypeRef.I32 ? (int)result : 0;

    private LinkedFunction Find(string name) =>
        program.Linked.Export(name) ??
        throw new ArgumentException($"module '{program.Module.Name}' exports no function '{name}'; it exports {ExportList()}");

    private string ExportList() => program.Module.Exports.Count == 0 ? "none" : string.Join(", ", program.Exports);

    private long Run(string name, LinkedFunction function, CancellationToken cancellation, ReadOnlySpan<GuestValue> arguments)
    {
        Enter();
        try
        {
            using CallCancellation call = new(instance, cancellation);
            return Finish(monitor.Call(function, Lower(program.Describe(name, function), function, arguments)));
        }
        finally
        {
            Leave();
        }
    }

    private Task<long> RunAsync(string name, LinkedFunction function, CancellationToken cancellation, GuestValue[] arguments)
    {
        Enter();
        return Task.Run(async () =>
        {
            try
            {
                using CallCancellation call = new(instance, cancellation);
                Outcome outcome = monitor.Begin(function, Lower(program.Describe(name, function), function, arguments));
                while (outcome.Waiting is { } task)
                {
                    await monitor.WaitFor(task).ConfigureAwait(false);
                    outcome = monitor.Continue();
                }

                return Finish(outcome);
            }
            finally
            {
                Leave();
            }
        });
    }

    private long ResumeRaw()
    {
        Enter();
        try
        {
            return Finish(monitor.Resume());
        }
        finally
        {
            Leave();
        }
    }

    private void Enter()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (busy)
                throw new InvalidOperationException(
                    "This instance is running already: it takes one call at a time, and a host function cannot call the guest that called it.");
            busy = true;
        }

        // What was cancelled for good stops each call.
        if (instance.Options.Cancellation.IsCancellationRequested)
            instance.Interrupt();
    }

    private void Leave()
    {
        bool release;
        lock (gate)
        {
            busy = false;
            release = disposed;
        }

        if (release)
            Release();
    }

    private long[] Lower(string signature, LinkedFunction function, ReadOnlySpan<GuestValue> arguments)
    {
        int count = function.Source.ParameterCount;
        if (arguments.Length != count)
            throw new ArgumentException($"{signature} takes {count} arguments, not {arguments.Length}");
        var types = new LinkedType[count];
        for (int i = 0; i < count; i++)
            types[i] = program.Linked.Type(function.Source.Registers[i]);
        long[] raw = new long[count];
        try
        {
            for (int i = 0; i < count; i++)
                raw[i] = Lower(signature, i, arguments[i], types[i]);
            // The arguments after a string or array may have moved it.
            for (int i = 0, handle = 0; i < count; i++)
                raw[i] = types[i].IsReference ? (long)instance.Handles[handle++] : raw[i];
        }
        catch (HeapCorruptionException e) when (monitor.IsGuestLost(e))
        {
            throw new GuestFaultException(monitor.Lose(e).Fault!);
        }
        catch (HostFaultException e)
        {
            throw new GuestFaultException(new GuestFault { Kind = e.Kind, Message = e.Message, Frames = [] });
        }
        finally
        {
            instance.Handles.Clear();
        }

        return raw;
    }

    private long Lower(string signature, int index, GuestValue argument, LinkedType type)
    {
        if (!argument.TryConvert(type.Name, out GuestValue value))
            throw new ArgumentException($"argument {index + 1} of {signature} is {argument.TypeName ?? "missing"}, where {type.Name} is expected");
        long raw = GuestData.Write(instance, value, type);
        if (type.IsReference)
            instance.Handles.Add((ulong)raw);
        return raw;
    }

    private static long Finish(Outcome outcome)
    {
        if (outcome.Fault is { } fault)
            throw new GuestFaultException(fault);
        return outcome.ExitCode is { } code ? throw new GuestExitException(code) : outcome.Result;
    }
}
