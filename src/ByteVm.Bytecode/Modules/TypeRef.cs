namespace ByteVm.Bytecode;

/// <summary>
/// Names a type of a module: a primitive, or an entry of <see cref="Module.Types"/> (index less <see cref="PrimitiveCount"/>).
/// </summary>
public readonly record struct TypeRef(int Index)
{
    /// <summary>No type: the result of a function that returns nothing, the base of a class that has none.</summary>
    public static readonly TypeRef None = new(-1);

    public static readonly TypeRef I32 = new(0);
    public static readonly TypeRef I64 = new(1);
    public static readonly TypeRef F32 = new(2);
    public static readonly TypeRef F64 = new(3);

    /// <summary>Storage types: fields and array elements only; in registers they are i32.</summary>
    public static readonly TypeRef I8 = new(4);
    public static readonly TypeRef U8 = new(5);
    public static readonly TypeRef I16 = new(6);
    public static readonly TypeRef U16 = new(7);

    public static readonly TypeRef String = new(8);

    /// <summary>Any reference: string, array, class, interface or function object.</summary>
    public static readonly TypeRef Object = new(9);

    /// <summary>Storage types as <see cref="U8"/> and <see cref="I32"/>, which generic code tells from those.</summary>
    public static readonly TypeRef Bool = new(10);
    public static readonly TypeRef Char = new(11);

    public const int PrimitiveCount = 12;

    public bool IsNone => Index < 0;
    public bool IsPrimitive => (uint)Index < PrimitiveCount;
    public bool IsStorage => Index is (>= 4 and <= 7) or 10 or 11;

    /// <summary>The type a register has that holds a value stored as this one.</summary>
    public TypeRef InRegister => IsStorage ? I32 : this;

    public override string ToString() => IsNone ? "none" : IsPrimitive ? PrimitiveNames[Index] : $"type {Index - PrimitiveCount}";

    internal static readonly string[] PrimitiveNames = ["i32", "i64", "f32", "f64", "i8", "u8", "i16", "u16", "string", "object", "bool", "char"];
}

/// <summary>The form of a constructed type.</summary>
public enum TypeForm : byte
{
    /// <summary>Array of <see cref="TypeNode.Element"/>.</summary>
    Array,

    /// <summary>A class, interface or value class of the module, with type arguments.</summary>
    Named,

    /// <summary>Type parameter number <see cref="TypeNode.Definition"/> of the enclosing function; those of its class come first.</summary>
    Variable,

    /// <summary>Function object: Arguments are the parameter types, Element the result.</summary>
    Function,

    /// <summary>
    /// Something of the type variable <see cref="TypeNode.Element"/>, or nothing: a reference that may be null where the variable stands for a
    /// reference, else the value class <see cref="TypeNode.Definition"/> with that type argument.
    /// </summary>
    Optional,
}

/// <summary>An entry of the type table. Structural: the builder interns, so equal types have equal references.</summary>
public sealed record TypeNode(TypeForm Form, int Definition, TypeRef Element, IReadOnlyList<TypeRef> Arguments)
{
    public static TypeNode ArrayOf(TypeRef element) => new(TypeForm.Array, 0, element, []);
    public static TypeNode Named(int definition, IReadOnlyList<TypeRef> arguments) => new(TypeForm.Named, definition, TypeRef.None, arguments);
    public static TypeNode Variable(int index) => new(TypeForm.Variable, index, TypeRef.None, []);
    public static TypeNode Optional(int definition, TypeRef variable) => new(TypeForm.Optional, definition, variable, []);
    public static TypeNode Function(IReadOnlyList<TypeRef> parameters, TypeRef result) => new(TypeForm.Function, 0, result, parameters);

    public bool Equals(TypeNode? other) =>
        other is not null && Form == other.Form && Definition == other.Definition && Element == other.Element && HasArguments(other.Arguments);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Form);
        hash.Add(Definition);
        hash.Add(Element.Index);
        for (int i = 0; i < Arguments.Count; i++)
            hash.Add(Arguments[i].Index);
        return hash.ToHashCode();
    }

    private bool HasArguments(IReadOnlyList<TypeRef> other)
    {
        if (Arguments.Count != other.Count)
            return false;
        for (int i = 0; i < other.Count; i++)
        {
            if (Arguments[i] != other[i])
                return false;
        }

        return true;
    }
}
