using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>A type of the language. Interned: equal types are the same object.</summary>
internal abstract class TarnType
{
    private ArrayType? array;
    private NullableType? nullable;

    /// <summary>The type as the source writes it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether values are references, so that null and identity make sense.</summary>
    public abstract bool IsReference { get; }

    public ArrayType Array => array ?? Interlocked.CompareExchange(ref array, new ArrayType(this), null) ?? array;

    /// <summary>The type with null added; a type that has null already is itself.</summary>
    public virtual TarnType Nullable => nullable ?? Interlocked.CompareExchange(ref nullable, new NullableType(this), null) ?? nullable;

    /// <summary>The type without null.</summary>
    public virtual TarnType NonNull => this;

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

    public override string Name => Element.Name + "[]";

    public override bool IsReference => true;
}

/// <summary>A reference type with null.</summary>
internal sealed class NullableType(TarnType inner) : TarnType
{
    public override string Name => NonNull.Name + "?";

    public override TarnType NonNull { get; } = inner;

    public override TarnType Nullable => this;

    public override bool IsReference => NonNull.IsReference;
}

/// <summary>A class or interface with its type arguments.</summary>
internal sealed class ClassType(ClassSymbol symbol, ImmutableArray<TarnType> arguments) : TarnType
{
    public ClassSymbol Symbol { get; } = symbol;

    public ImmutableArray<TarnType> Arguments { get; } = arguments;

    public override string Name => Arguments.IsEmpty ? Symbol.Name : $"{Symbol.Name}<{string.Join(", ", Arguments)}>";

    public override bool IsReference => true;
}
