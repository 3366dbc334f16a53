namespace ByteVm.Bytecode;

/// <summary>The type parameters that type variables refer to, with their bounds in the type system's own numbering.</summary>
internal sealed class TypeScope(TypeRef[] bounds)
{
    /// <summary>Nothing is generic.</summary>
    public static readonly TypeScope Empty = new([]);

    public int Count => bounds.Length;

    public TypeRef Bound(int variable) => (uint)variable < (uint)bounds.Length ? bounds[variable] : TypeRef.None;
}
