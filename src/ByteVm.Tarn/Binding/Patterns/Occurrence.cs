using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// A part of the matched value and the way to it: the value itself, or a field of another part, or another part known to be of a narrower type.
/// Equal ways are the same object.
/// </summary>
internal sealed class Occurrence
{
    private readonly Dictionary<object, Occurrence> inner = [];

    private Occurrence(BoundPlaceholder value, Occurrence? outer, BoundExpression? access, string name)
    {
        Value = value;
        Outer = outer;
        Access = access;
        Name = name;
    }

    /// <summary>Stands for the part's value.</summary>
    public BoundPlaceholder Value { get; }

    /// <summary>What it is a part of; null of the whole.</summary>
    public Occurrence? Outer { get; }

    /// <summary>How it is found from the value of <see cref="Outer"/>.</summary>
    public BoundExpression? Access { get; }

    /// <summary>The way, for people.</summary>
    public string Name { get; }

    public TarnType Type => Value.Type;

    private Span Span => Value.Span;

    public static Occurrence Root(Span span, TarnType type) => new(new BoundPlaceholder(span, type), null, null, "value");

    /// <summary>The same value as one of a type that a test has shown.</summary>
    public Occurrence Narrowed(TarnType type) =>
        type == Type ? this : Inner(type, type, value => new BoundCast(Span, type, value, IsSafe: false), Name);

    /// <summary>The same value, which is not null.</summary>
    public Occurrence NonNull() =>
        Inner(this, Type.NonNull, value => TypeRelations.IsOptional(Type) ? new BoundUnwrap(Span, value) : new BoundConversion(Span, Type.NonNull, value), Name);

    public Occurrence Field(FieldSymbol field)
    {
        TarnType type = field.Type!.Substitute(TypeRelations.ClassOf(Type)!.AsSuper(field.Class!)!.Map);
        return Inner(field, type, value => new BoundField(Span, value, field, type), $"{Name}.{field.Name}");
    }

    /// <summary>The same part of another value.</summary>
    public Occurrence Copy(BoundPlaceholder value, Occurrence? outer, BoundExpression? access) => new(value, outer, access, Name);

    private Occurrence Inner(object key, TarnType type, Func<BoundPlaceholder, BoundExpression> access, string name)
    {
        if (!inner.TryGetValue(key, out Occurrence? part))
            inner.Add(key, part = new Occurrence(new BoundPlaceholder(Span, type), this, access(Value), name));
        return part;
    }
}
