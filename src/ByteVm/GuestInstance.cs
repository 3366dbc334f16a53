using ByteVm.Memory;
using ByteVm.Runtime.Execution;
using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Execution.Values;
using ByteVm.Runtime.Linking;

namespace ByteVm;

/// <summary>
/// A running guest with a memory of its own. One thread at a time may call it; <see cref="Interrupt"/> may come from any.
/// After a fault it can be called again: its objects and globals are as the fault left them.
/// </summary>
public sealed class GuestInstance : IDisposable
{
    private readonly GuestProgram program;
    private readonly Instance instance;
    private readonly InstanceMonitor monitor;
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
        try
        {
            if (program.Linked.Initializer is { } initializer)
                Finish(monitor.Call(initializer, []));
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    internal Instance Instance => instance;

    /// <summary>Fuel used so far; 0 in a program that is not metered.</summary>
    public long FuelUsed => program.IsMetered ? fuelGranted - instance.Fuel : 0;

    /// <summary>Whether the guest waits for a line of input, where <see cref="Interrupt"/> cannot stop it.</summary>
    public bool IsWaitingForInput => instance.Shadow.IsWaiting;

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
    public T Call<T>(string function, params ReadOnlySpan<GuestValue> arguments)
    {
        LinkedFunction target = Find(function);
        string expected = target.Source.Result.IsNone ? "nothing" : program.Linked.Type(target.Source.Result).Name;
        if (expected != GuestData.TypeName<T>())
            throw new ArgumentException(
                $"{program.Describe(function, target)} returns {expected}, not the {GuestData.TypeName<T>()} that {typeof(T).Name} stands for");
        return Result<T>(Run(function, target, arguments));
    }

    /// <summary>Calls an exported function; a result is ignored.</summary>
    /// <inheritdoc cref="Call{T}" path="/exception"/>
    public void Call(string function, params ReadOnlySpan<GuestValue> arguments) => Run(function, Find(function), arguments);

    /// <summary>Runs the program's <c>main</c> with the arguments of the options.</summary>
    /// <returns>The exit code: what main or <c>process.exit</c> gave, else 0.</returns>
    /// <exception cref="ArgumentException">The module has no main that takes nothing or the arguments.</exception>
    /// <exception cref="GuestFaultException">The guest failed or met a limit.</exception>
    public int RunMain()
    {
        LinkedFunction main = program.Linked.Export("main") ??
            throw new ArgumentException($"module '{program.Module.Name}' has no function main to run");
        GuestValue[] arguments = main.Source.ParameterCount == 0 ? [] : [instance.Shadow.Arguments];
        try
        {
            long result = Run("main", main, arguments);
            return main.Source.Result == Bytecode.TypeRef.I32 ? (int)result : 0;
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
    /// Stops the call in progress, or else the next one, with a fault of kind <see cref="FaultKind.Interrupted"/>. From any thread. It takes
    /// effect within a loop iteration or a call; a host function that is running is not disturbed.
    /// </summary>
    public void Interrupt() => instance.Interrupt();

    /// <summary>Flushes the console and gives the instance's memory back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
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

    private LinkedFunction Find(string name) =>
        program.Linked.Export(name) ??
        throw new ArgumentException($"module '{program.Module.Name}' exports no function '{name}'; it exports {ExportList()}");

    private string ExportList() => program.Module.Exports.Count == 0 ? "none" : string.Join(", ", program.Exports);

    private long Run(string name, LinkedFunction function, ReadOnlySpan<GuestValue> arguments)
    {
        Enter();
        try
        {
            return Finish(monitor.Call(function, Lower(program.Describe(name, function), function, arguments)));
        }
        finally
        {
            Volatile.Write(ref busy, false);
        }
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
            Volatile.Write(ref busy, false);
        }
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref disposed), this);
        if (Interlocked.Exchange(ref busy, true))
            throw new InvalidOperationException(
                "This instance is running already: it takes one call at a time, and a host function cannot call the guest that called it.");
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
