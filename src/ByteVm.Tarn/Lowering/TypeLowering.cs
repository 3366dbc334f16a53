using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;

namespace ByteVm.Tarn.Lowering;

/// <summary>Types of the language as types of the machine. Null safety ends here: a nullable reference is the reference, every other nullable type an optional.</summary>
internal sealed class TypeLowering(ModuleBuilder module, Func<ClassSymbol> optional)
{
    private readonly Dictionary<TarnType, TypeRef> known = [];
    private readonly Dictionary<ClassSymbol, int> classes = [];
    private readonly List<ClassSymbol> declared = [];

    /// <summary>The classes asked for, in that order; more may come while they are defined.</summary>
    public IReadOnlyList<ClassSymbol> Declared => declared;

    /// <summary>As fields, array elements and globals have it.</summary>
    public TypeRef Storage(TarnType type)
    {
        if (!known.TryGetValue(type, out TypeRef reference))
        {
            reference = type is NullableType { IsOptional: true } nullable ? Optional(nullable.NonNull) : Lower(type.NonNull);
            known.Add(type, reference);
        }

        return reference;
    }

    /// <summary>As registers, parameters and results have it.</summary>
    public TypeRef Register(TarnType type) => Storage(type).InRegister;

    public TypeRef Result(TarnType type) => type.IsVoid || type.IsNever ? TypeRef.None : Register(type);

    public int Definition(ClassSymbol @class)
    {
        if (!classes.TryGetValue(@class, out int index))
        {
            index = module.DeclareType();
            classes.Add(@class, index);
            declared.Add(@class);
        }

        return index;
    }

    public TypeRef[] StorageOf(IEnumerable<TarnType> types) => [.. types.Select(Storage)];

    /// <summary>What a type parameter stands for may be a reference, so its optional is left to linking.</summary>
    private TypeRef Optional(TarnType type) =>
        type is TypeVariable ? module.Optional(Definition(optional()), Storage(type)) : module.Named(Definition(optional()), Storage(type));

    private TypeRef Lower(TarnType type) => type switch
    {
        ArrayType array => module.ArrayOf(Storage(array.Element)),
        ClassType @class => module.Named(Definition(@class.Symbol), StorageOf(@class.Arguments)),
        TypeVariable variable => module.TypeVariable(variable.Parameter.Index),
        BuiltInType builtIn => Lower(builtIn.Kind),
        _ => throw new InvalidOperationException($"Type {type} cannot be lowered."),
    };

    private static TypeRef Lower(BuiltIn kind) => kind switch
    {
        BuiltIn.Bool => TypeRef.Bool,
        BuiltIn.Byte => TypeRef.U8,
        BuiltIn.Short => TypeRef.I16,
        BuiltIn.Char => TypeRef.Char,
        BuiltIn.Int => TypeRef.I32,
        BuiltIn.Long => TypeRef.I64,
        BuiltIn.Float => TypeRef.F32,
        BuiltIn.Double => TypeRef.F64,
        BuiltIn.String => TypeRef.String,
        BuiltIn.Object or BuiltIn.Null => TypeRef.Object,
        _ => TypeRef.None,
    };
}
