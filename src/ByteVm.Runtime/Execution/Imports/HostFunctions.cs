using ByteVm.Runtime.Execution.Imports;
using ByteVm.Runtime.Execution.Values;

namespace ByteVm;

/// <summary>
/// Operations that an embedder offers its guests, under names of its choice. Parameters and results are those of
/// <see cref="GuestValue"/>. An exception of a function ends the guest with a fault of kind <see cref="FaultKind.HostError"/>.
/// <code>new HostFunctions().Register("game.score", (string player, int points) => board.Add(player, points))</code>
/// </summary>
public sealed class HostFunctions
{
    private readonly Dictionary<string, HostOperation> operations = [];

    public HostFunctions Register(string name, Action function) =>
        Add(name, [], null, (in HostCall _) => function());

    public HostFunctions Register<T1>(string name, Action<T1> function) =>
        Add(name, [TypeOf<T1>()], null, (in HostCall call) => function(call.Get<T1>(0)));

    public HostFunctions Register<T1, T2>(string name, Action<T1, T2> function) =>
        Add(name, [TypeOf<T1>(), TypeOf<T2>()], null, (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1)));

    public HostFunctions Register<T1, T2, T3>(string name, Action<T1, T2, T3> function) =>
        Add(name, [TypeOf<T1>(), TypeOf<T2>(), TypeOf<T3>()], null,
            (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1), call.Get<T3>(2)));

    public HostFunctions Register<T1, T2, T3, T4>(string name, Action<T1, T2, T3, T4> function) =>
        Add(name, [TypeOf<T1>(), TypeOf<T2>(), TypeOf<T3>(), TypeOf<T4>()], null,
            (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1), call.Get<T3>(2), call.Get<T4>(3)));

    public HostFunctions Register<TResult>(string name, Func<TResult> function) =>
        Add(name, [], TypeOf<TResult>(), (in HostCall call) => call.Return(GuestData.From(function())));

    public HostFunctions Register<T1, TResult>(string name, Func<T1, TResult> function) =>
        Add(name, [TypeOf<T1>()], TypeOf<TResult>(), (in HostCall call) => call.Return(GuestData.From(function(call.Get<T1>(0)))));

    public HostFunctions Register<T1, T2, TResult>(string name, Func<T1, T2, TResult> function) =>
        Add(name, [TypeOf<T1>(), TypeOf<T2>()], TypeOf<TResult>(),
            (in HostCall call) => call.Return(GuestData.From(function(call.Get<T1>(0), call.Get<T2>(1)))));

    public HostFunctions Register<T1, T2, T3, TResult>(string name, Func<T1, T2, T3, TResult> function) =>
        Add(name, [TypeOf<T1>(), TypeOf<T2>(), TypeOf<T3>()], TypeOf<TResult>(),
            (in HostCall call) => call.Return(GuestData.From(function(call.Get<T1>(0), call.Get<T2>(1), call.Get<T3>(2)))));

    public HostFunctions Register<T1, T2, T3, T4, TResult>(string name, Func<T1, T2, T3, T4, TResult> function) =>
        Add(name, [TypeOf<T1>(), TypeOf<T2>(), TypeOf<T3>(), TypeOf<T4>()], TypeOf<TResult>(),
            (in HostCall call) => call.Return(GuestData.From(function(call.Get<T1>(0), call.Get<T2>(1), call.Get<T3>(2), call.Get<T4>(3)))));

    /// <summary>
    /// Registers a function that ends later. The guest is parked until then; a call made with <c>CallAsync</c> holds no thread meanwhile, one made with
    /// <c>Call</c> waits. The token is cancelled when the guest is stopped, which does not wait for the function to end.
    /// </summary>
    public HostFunctions RegisterAsync(string name, Func<CancellationToken, Task> function) =>
        AddAsync(name, [], (in HostCall call) => function(call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<T1>(string name, Func<T1, CancellationToken, Task> function) =>
        AddAsync(name, [TypeOf<T1>()], (in HostCall call) => function(call.Get<T1>(0), call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<T1, T2>(string name, Func<T1, T2, CancellationToken, Task> function) =>
        AddAsync(name, [TypeOf<T1>(), TypeOf<T2>()], (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1), call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<T1, T2, T3>(string name, Func<T1, T2, T3, CancellationToken, Task> function) =>
        AddAsync(name, [TypeOf<T1>(), TypeOf<T2>(), TypeOf<T3>()],
            (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1), call.Get<T3>(2), call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<TResult>(string name, Func<CancellationToken, Task<TResult>> function) =>
        AddAsync(name, [], (in HostCall call) => function(call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<T1, TResult>(string name, Func<T1, CancellationToken, Task<TResult>> function) =>
        AddAsync(name, [TypeOf<T1>()], (in HostCall call) => function(call.Get<T1>(0), call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<T1, T2, TResult>(string name, Func<T1, T2, CancellationToken, Task<TResult>> function) =>
        AddAsync(name, [TypeOf<T1>(), TypeOf<T2>()], (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1), call.StopToken));

    /// <inheritdoc cref="RegisterAsync(string, Func{CancellationToken, Task})"/>
    public HostFunctions RegisterAsync<T1, T2, T3, TResult>(string name, Func<T1, T2, T3, CancellationToken, Task<TResult>> function) =>
        AddAsync(name, [TypeOf<T1>(), TypeOf<T2>(), TypeOf<T3>()],
            (in HostCall call) => function(call.Get<T1>(0), call.Get<T2>(1), call.Get<T3>(2), call.StopToken));

    internal HostOperation? Find(string name) => operations.GetValueOrDefault(name);

    private static string TypeOf<T>() => GuestData.TypeName<T>();

    private delegate Task Begin(in HostCall call);

    private delegate Task<TResult> Begin<TResult>(in HostCall call);

    private HostFunctions AddAsync(string name, string[] parameters, Begin begin) => Add(name, parameters, null, (in HostCall call) =>
    {
        Task task = begin(call);
        call.After(task, Guarded(name, (in HostCall _) => task.GetAwaiter().GetResult()));
    });

    private HostFunctions AddAsync<TResult>(string name, string[] parameters, Begin<TResult> begin) => Add(name, parameters, TypeOf<TResult>(), (in HostCall call) =>
    {
        Task<TResult> task = begin(call);
        call.After(task, Guarded(name, (in HostCall later) => later.Return(GuestData.From(task.GetAwaiter().GetResult()))));
    });

    private HostFunctions Add(string name, string[] parameters, string? result, HostHandler handler)
    {
        string list = $"({string.Join(", ", parameters)})";
        var operation = new HostOperation(name, result is null ? list : $"{list} -> {result}", Capability: "", Guarded(name, handler));
        if (HostOperations.Find(name) is not null)
            throw new ArgumentException($"'{name}' is an operation of the host itself; choose another name", nameof(name));
        if (!operations.TryAdd(name, operation))
            throw new ArgumentException($"'{name}' is registered already", nameof(name));
        return this;
    }

    /// <summary>An embedder's function may throw whatever it likes: that ends the guest, not the host.</summary>
    private static HostHandler Guarded(string name, HostHandler handler) => (in HostCall call) =>
    {
        try
        {
            handler(call);
        }
        catch (Exception e) when (e is not HostFaultException)
        {
            throw new HostFaultException(FaultKind.HostError, $"{name}: {e.Message}", e);
        }
    };
}
