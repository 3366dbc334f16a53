namespace ByteVm.Runtime.Linking;

/// <summary>Identifies a definition for closed type arguments. Types are interned, so they compare by reference.</summary>
internal readonly struct ClosedKey(LinkedTypeKind kind, int definition, LinkedType? element, IReadOnlyList<LinkedType> arguments) : IEquatable<ClosedKey>
{
    private readonly LinkedTypeKind kind = kind;
    private readonly int definition = definition;
    private readonly LinkedType? element = element;
    private readonly IReadOnlyList<LinkedType> arguments = arguments;

    public bool Equals(ClosedKey other) =>
        kind == other.kind && definition == other.definition && element == other.element && arguments.SequenceEqual(other.arguments);

    public override bool Equals(object? obj) => obj is ClosedKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(kind);
        hash.Add(definition);
        hash.Add(element?.Index ?? -1);
        foreach (LinkedType argument in arguments)
            hash.Add(argument.Index);
        return hash.ToHashCode();
    }
}
