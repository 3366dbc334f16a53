using ByteVm.Runtime.Execution.Services;
using ByteVm.Runtime.Execution.Values;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>One call of a host operation: its arguments as .NET values, and its result.</summary>
internal readonly ref struct HostCall(in ServiceCall service, BoundImport import)
{
    private readonly ServiceCall service = service;

    public ShadowState Shadow => service.Instance.Shadow;

    /// <summary>Argument <paramref name="index"/>, of the type that the operation's signature says.</summary>
    public T Get<T>(int index) => GuestData.Read<T>(service.Instance, service.Argument(index));

    /// <summary>A string argument that must not be null.</summary>
    public string Text(int index) => Get<string?>(index) ?? throw Null(index);

    /// <summary>A u8[] argument that must not be null.</summary>
    public byte[] Bytes(int index) => Get<byte[]?>(index) ?? throw Null(index);

    /// <summary>Part of a u8[] argument, in the guest's heap: valid until the result is set.</summary>
    /// <param name="array">Index of the argument; the two after it are where the part begins and how many bytes it has.</param>
    public Span<byte> Part(int array)
    {
        if (service.Argument(array) is not (long reference and not 0))
            throw Null(array);
        int from = (int)service.Argument(array + 1), count = (int)service.Argument(array + 2);
        Span<byte> bytes = service.Instance.Objects.Elements<byte>((uint)reference);
        return ServiceCall.InRange(from, count, bytes.Length)
            ? bytes.Slice(from, count)
            : throw new HostFaultException(FaultKind.IndexOutOfBounds, $"{count} bytes from {from}, length {bytes.Length}");
    }

    /// <summary>The UTF-8 of a string argument that must not be null, in the guest's heap: valid until the result is set.</summary>
    public ReadOnlySpan<byte> Utf8(int index) => service.Argument(index) is long reference and not 0 ? service.Text(reference) : throw Null(index);

    /// <summary>Cancelled when the guest is asked to stop.</summary>
    public CancellationToken StopToken => service.Instance.StopToken;

    /// <summary>Parks the guest until a task has ended, however it ends; then goes on with the call.</summary>
    public void After(Task task, HostHandler then) => service.Instance.Pending = new PendingOperation(import, task, then);

    /// <summary>Sets the result.</summary>
    public void Return(GuestValue value)
    {
        if (service.Instruction.A == 0)
            return;
        long raw = GuestData.Write(service.Instance, value, import.ResultType!);
        // An i32 keeps the upper half of its slot zero.
        service.Return(raw);
    }

    private HostFaultException Null(int index) => new(FaultKind.NullReference, $"argument {index + 1} of {import.Operation.Name} is null");
}
