using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>A type of the language. Interned: equal types are the same object.</summary>
internal abstract class TarnType
{
    private ArrayType? array;
    private NullableType? nullable;

    /// <summary>The type as the source writes it.</summary>
    public abstract string Name { get; }

    /// <summary>The name as it stands before <c>[]</c> or <c>?</c>.</summary>
    public virtual string NameBeforeSuffix => Name;

    /// <summary>Whether values are references, so that null and identity make sense.</summary>
    public abstract bool IsReference { get; }

    public ArrayType Array => array ?? Interlocked.CompareExchange(ref array, new ArrayType(this), null) ?? array;

    /// <summary>The type with null added; a type that has null already is itself.</summary>
    public virtual TarnType Nullable => nullable ?? Interlocked.CompareExchange(ref nullable, new NullableType(this), null) ?? nullable;

    /// <summary>The type without null.</summary>
    public virtual TarnType NonNull => this;

    /// <summary>Whether a type parameter stands somewhere in it.</summary>
    public virtual bool HasVariables => false;

    /// <summary>The type with arguments for type parameters; parameters that have none stay.</summary>
    public virtual TarnType Substitute(TypeMap arguments) => this;

    public bool IsError => this == BuiltInType.Error;

    public bool IsVoid => this == BuiltInType.Void;

    public bool IsNever => this == BuiltInType.Never;

    public bool IsNullable => this is NullableType || this == BuiltInType.Null;

    public override string ToString() => Name;
}

internal enum BuiltIn
{
    Void, Never, Error, Null, Bool, Byte, Short, Char, Int, Long, Float, Double, String, Object,
}

/// <summary>A type the language knows by itself.</summary>
internal sealed class BuiltInType : TarnType
{
    public static readonly BuiltInType Void = new(BuiltIn.Void, "void");
    public static readonly BuiltInType Never = new(BuiltIn.Never, "never");

    /// <summary>Of an expression that was already reported; converts to and from everything.</summary>
    public static readonly BuiltInType Error = new(BuiltIn.Error, "?");
    public static readonly BuiltInType Null = new(BuiltIn.Null, "null");
    public static readonly BuiltInType Bool = new(BuiltIn.Bool, "bool");
    public static readonly BuiltInType Byte = new(BuiltIn.Byte, "byte");
    public static readonly BuiltInType Short = new(BuiltIn.Short, "short");
    public static readonly BuiltInType Char = new(BuiltIn.Char, "char");
    public static readonly BuiltInType Int = new(BuiltIn.Int, "int");
    public static readonly BuiltInType Long = new(BuiltIn.Long, "long");
    public static readonly BuiltInType Float = new(BuiltIn.Float, "float");
    public static readonly BuiltInType Double = new(BuiltIn.Double, "double");
    public static readonly BuiltInType String = new(BuiltIn.String, "string");

    /// <summary>Any reference.</summary>
    public static readonly BuiltInType Object = new(BuiltIn.Object, "object");

    /// <summary>Those a program can name.</summary>
    public static readonly ImmutableArray<BuiltInType> Nameable = [Void, Never, Bool, Byte, Short, Char, Int, Long, Float, Double, String, Object];

    private BuiltInType(BuiltIn kind, string name)
    {
        Kind = kind;
        Name = name;
    }

    public BuiltIn Kind { get; }

    public override string Name { get; }

    public override bool IsReference => Kind is BuiltIn.String or BuiltIn.Object or BuiltIn.Null;

    public override TarnType Nullable => Kind is BuiltIn.Null or BuiltIn.Error ? this : base.Nullable;
}

internal sealed class ArrayType(TarnType element) : TarnType
{
    public TarnType Element { get; } = element;

    public override string Name => Element.NameBeforeSuffix + "[]";

    public override bool IsReference => true;

    public override bool HasVariables => Element.HasVariables;

    public override TarnType Substitute(TypeMap arguments) => HasVariables ? Element.Substitute(arguments).Array : this;
}

/// <summary>A type with null. A reference is null itself; every other value is held with a flag (<see cref="IsOptional"/>).</summary>
internal sealed class NullableType(TarnType inner) : TarnType
{
    public override string Name => NonNull.NameBeforeSuffix + "?";

    public override TarnType NonNull { get; } = inner;

    /// <summary>Whether the machine holds it as an optional. What a type parameter stands for may be a reference or not, so it counts.</summary>
    public bool IsOptional => NonNull is TypeVariable || !NonNull.IsReference;

    public override TarnType Nullable => this;

    public override bool IsReference => NonNull.IsReference;

    public override bool HasVariables => NonNull.HasVariables;

    public override TarnType Substitute(TypeMap arguments) => HasVariables ? NonNull.Substitute(arguments).Nullable : this;
}

/// <summary>A class or interface with its type arguments.</summary>
internal sealed class ClassType(ClassSymbol symbol, ImmutableArray<TarnType> arguments) : TarnType
{
    public ClassSymbol Symbol { get; } = symbol;

    public ImmutableArray<TarnType> Arguments { get; } = arguments;

    public override string Name => WellKnown.IsFunction(Symbol) ? FunctionName : IsTuple ? $"({string.Join(", ", Arguments.Select(a => a.Name))})" : Arguments.IsEmpty ? Symbol.Name : $"{Symbol.Name}<{string.Join(", ", Arguments.Select(a => a.Name))}>";

    /// <summary>A suffix behind a function type would belong to its result.</summary>
    public override string NameBeforeSuffix => WellKnown.IsFunction(Symbol) ? $"({Name})" : Name;

    public bool IsTuple => WellKnown.IsTuple(Symbol);

    /// <summary>Of a function type: the types of its parameters.</summary>
    public ImmutableArray<TarnType> FunctionParameters => FunctionResult.IsVoid ? Arguments : Arguments[..^1];

    /// <summary>Of a function type.</summary>
    public TarnType FunctionResult => WellKnown.IsAction(Symbol) ? BuiltInType.Void : Arguments[^1];

    private string FunctionName => $"fn({string.Join(", ", FunctionParameters.Select(p => p.Name))}): {FunctionResult}";

    public override bool IsReference => !Symbol.IsValue;

    public override bool HasVariables => Arguments.Any(a => a.HasVariables);

    /// <summary>What the type parameters of the class stand for.</summary>
    public TypeMap Map => field ??= Arguments.IsEmpty ? TypeMap.Empty : new TypeMap(Symbol.TypeParameters, Arguments);

    public override TarnType Substitute(TypeMap arguments) => HasVariables ? Symbol.Construct(arguments.Apply(Arguments)) : this;

    /// <summary>This type or the one of its supertypes that is made from <paramref name="target"/>; null when none is.</summary>
    public ClassType? AsSuper(ClassSymbol target)
    {
        if (Symbol == target)
            return this;
        foreach (ClassType super in Symbol.SuperTypes)
        {
            if (super.Symbol.InheritsFrom(target))
                return ((ClassType)super.Substitute(Map)).AsSuper(target);
        }

        return null;
    }
}

/// <summary>A type parameter used as a type.</summary>
internal sealed class TypeVariable(TypeParameterSymbol parameter) : TarnType
{
    public TypeParameterSymbol Parameter { get; } = parameter;

    public override string Name => Parameter.Name;

    public override bool IsReference => Parameter.ReferenceBound is not null;

    public override bool HasVariables => true;

    public override TarnType Substitute(TypeMap arguments) => arguments.Find(Parameter) ?? this;
}

/// <summary>What type parameters stand for.</summary>
internal sealed class TypeMap
{
    public static readonly TypeMap Empty = new([], []);

    private readonly Dictionary<TypeParameterSymbol, TarnType> arguments = [];

    public TypeMap(ImmutableArray<TypeParameterSymbol> parameters, ImmutableArray<TarnType> arguments)
    {
        for (int i = 0; i < parameters.Length; i++)
            this.arguments.Add(parameters[i], arguments[i]);
    }

    private TypeMap(Dictionary<TypeParameterSymbol, TarnType> arguments) => this.arguments = arguments;

    public TarnType? Find(TypeParameterSymbol parameter) => arguments.GetValueOrDefault(parameter);

    public TypeMap With(TypeParameterSymbol parameter, TarnType argument) => new(new Dictionary<TypeParameterSymbol, TarnType>(arguments) { [parameter] = argument });

    /// <summary>With what other type parameters, which stand in the arguments, stand for.</summary>
    public TypeMap Substitute(TypeMap outer) => new(arguments.ToDictionary(a => a.Key, a => a.Value.Substitute(outer)));

    public ImmutableArray<TarnType> Apply(ImmutableArray<TarnType> types) => [.. types.Select(t => t.Substitute(this))];
}
