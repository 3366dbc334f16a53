using System.Security.Cryptography;

namespace ByteVm.Runtime.Execution.Imports;

/// <summary>Something outside that a guest holds a handle of: closed by the guest, or with the instance.</summary>
internal interface IHostResource : IDisposable
{
    /// <summary>What it is called in messages: "file".</summary>
    string Kind { get; }
}

/// <summary>
/// What an instance holds open. A handle is a number: the index of a place in this table, and above it the place's generation, which is counted up
/// whenever the place is given up. A number that was made up, was closed, or comes of another instance (each table begins with a generation of its own)
/// names nothing, and one of another kind is told so. It ends the guest's operation and touches nothing.
/// </summary>
internal sealed class HandleTable(int limit) : IDisposable
{
    private const int IndexBits = 20;
    public const int MaxHandles = 1 << IndexBits;

    private readonly List<Place> places = [];
    private readonly Stack<int> free = [];
    private readonly int firstGeneration = RandomNumberGenerator.GetInt32(1, int.MaxValue / 2);

    /// <summary>How many handles are open.</summary>
    public int Count => places.Count - free.Count;

    /// <summary>Opens something and gives it a handle; at the limit nothing is opened.</summary>
    /// <exception cref="HostFaultException">The limit of open handles is reached.</exception>
    public long Open(Func<IHostResource> open)
    {
        if (Count >= limit)
            throw new HostFaultException(FaultKind.LimitExceeded, $"more than {limit:N0} open handles");
        IHostResource resource = open();
        if (!free.TryPop(out int index))
        {
            index = places.Count;
            places.Add(new Place(firstGeneration, null));
        }

        places[index] = places[index] with { Resource = resource };
        return (long)places[index].Generation << IndexBits | (uint)index;
    }

    /// <exception cref="HostFaultException">The handle names nothing that is open, or something of another kind.</exception>
    public T Get<T>(long handle) where T : class, IHostResource
    {
        IHostResource resource = Find(handle);
        return resource as T ?? throw new HostFaultException(FaultKind.HostError, $"the handle {handle} is that of a {resource.Kind}, with which this cannot be done");
    }

    /// <exception cref="HostFaultException">The handle names nothing that is open.</exception>
    public void Close(long handle)
    {
        IHostResource resource = Find(handle);
        int index = IndexOf(handle);
        places[index] = new Place(NextGeneration(places[index].Generation), null);
        free.Push(index);
        resource.Dispose();
    }

    public void Dispose()
    {
        foreach (Place place in places)
            place.Resource?.Dispose();
        places.Clear();
        free.Clear();
    }

    private static int IndexOf(long handle) => (int)(handle & (MaxHandles - 1));

    private static int NextGeneration(int generation) => generation == int.MaxValue ? 1 : generation + 1;

    private IHostResource Find(long handle)
    {
        int index = IndexOf(handle);
        bool isOpen = index < places.Count && places[index].Generation == handle >> IndexBits;
        return (isOpen ? places[index].Resource : null) ??
            throw new HostFaultException(FaultKind.HostError, $"the handle {handle} is not open: it was closed, or this instance never had it");
    }

    private readonly record struct Place(int Generation, IHostResource? Resource);
}
