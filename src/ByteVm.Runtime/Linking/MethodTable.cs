using ByteVm.Bytecode;

namespace ByteVm.Runtime.Linking;

/// <summary>What a method is found by: its name and the closed types of its parameters, without the receiver.</summary>
internal sealed class MethodKey(string name, LinkedType[] parameters) : IEquatable<MethodKey>
{
    private readonly string name = name;
    private readonly LinkedType[] parameters = parameters;

    public bool Equals(MethodKey? other) => other is not null && name == other.name && parameters.AsSpan().SequenceEqual(other.parameters);

    public override bool Equals(object? obj) => Equals(obj as MethodKey);

    public override int GetHashCode() => HashCode.Combine(name, parameters.Length == 0 ? 0 : parameters[0].Index, parameters.Length);
}

/// <summary>A method as a class or interface has it: its own or inherited.</summary>
/// <param name="Owner">The type that declares this version of it; its type arguments are the function's.</param>
internal sealed record LinkedMethod(MethodKey Key, MethodDefinition Definition, LinkedType Owner);

/// <summary>The dispatched methods of a class by virtual table slot, or of an interface by index.</summary>
internal sealed class MethodTable
{
    private readonly Dictionary<MethodKey, int> slotOfKey;
    private readonly int[] ownSlots;

    private MethodTable(List<LinkedMethod> slots, Dictionary<MethodKey, int> slotOfKey, int[] ownSlots)
    {
        Slots = slots;
        this.slotOfKey = slotOfKey;
        this.ownSlots = ownSlots;
    }

    public IReadOnlyList<LinkedMethod> Slots { get; }

    /// <summary>Virtual table slot of the method with this index among those the type itself declares.</summary>
    public int OwnSlot(int method) => ownSlots[method];

    public LinkedMethod? Find(MethodKey key) => slotOfKey.TryGetValue(key, out int slot) ? Slots[slot] : null;

    /// <summary>The inherited slots, with overridden methods replaced; new methods follow.</summary>
    public static MethodTable Make(LinkedType type, TypeTable table)
    {
        MethodTable? inherited = type.Base?.Methods;
        var slots = new List<LinkedMethod>(inherited?.Slots ?? []);
        var slotOfKey = inherited is null ? [] : new Dictionary<MethodKey, int>(inherited.slotOfKey);
        IReadOnlyList<MethodDefinition> own = type.Definition!.Methods;
        int[] ownSlots = new int[own.Count];
        for (int i = 0; i < ownSlots.Length; i++)
        {
            var key = new MethodKey(own[i].Name, Array.ConvertAll(table.ResolveAll(own[i].Parameters, type.Arguments), table.InRegister));
            var method = new LinkedMethod(key, own[i], type);
            if (slotOfKey.TryGetValue(key, out int slot))
            {
                slots[slot] = method;
            }
            else
            {
                slot = slots.Count;
                slots.Add(method);
                slotOfKey.Add(key, slot);
            }

            ownSlots[i] = slot;
        }

        return new MethodTable(slots, slotOfKey, ownSlots);
    }
}
