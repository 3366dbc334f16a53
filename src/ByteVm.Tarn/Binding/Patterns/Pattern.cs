using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>What a value must look like, with its names resolved and its types checked.</summary>
internal abstract record Pattern;

/// <summary>Matches everything and perhaps names it.</summary>
internal sealed record AnyPattern(LocalSymbol? Variable) : Pattern
{
    public static readonly AnyPattern Wild = new((LocalSymbol?)null);
}

/// <summary>Matches what a constructor made of parts that match.</summary>
internal sealed record ConstructorPattern(Constructor Constructor, ImmutableArray<Pattern> Parts) : Pattern;

/// <summary>Matches what one of several matches; none of them is of this kind itself.</summary>
internal sealed record OrPattern(ImmutableArray<Pattern> Alternatives) : Pattern;

/// <summary>
/// A way in which values of a type are made, in the sense of pattern matching: what tells them apart and which parts they have. All constructors
/// at one place are of one kind, and except for types, a value is made by one of them only.
/// </summary>
internal abstract record Constructor
{
    public virtual ImmutableArray<Occurrence> PartsOf(Occurrence whole) => [];
}

/// <summary>A case of an enum.</summary>
internal sealed record CaseConstructor(ClassType Case) : Constructor
{
    public override ImmutableArray<Occurrence> PartsOf(Occurrence whole)
    {
        Occurrence narrowed = whole.Narrowed(Case);
        return [.. Case.Symbol.Fields.Select(narrowed.Field)];
    }
}

internal sealed record NullConstructor : Constructor;

/// <summary>Everything but null.</summary>
internal sealed record NonNullConstructor : Constructor
{
    public override ImmutableArray<Occurrence> PartsOf(Occurrence whole) => [whole.NonNull()];
}

/// <summary>An instance of a type. A value may be one of several.</summary>
internal sealed record TypeConstructor(TarnType Type) : Constructor
{
    public override ImmutableArray<Occurrence> PartsOf(Occurrence whole) => [whole.Narrowed(Type)];
}

/// <summary>The only way in which values of a class are made that is taken apart into fields.</summary>
internal sealed record ProductConstructor(ImmutableArray<FieldSymbol> Fields) : Constructor
{
    public override ImmutableArray<Occurrence> PartsOf(Occurrence whole) => [.. Fields.Select(whole.Field)];
}

/// <summary>A whole number from one bound to another, both included; chars and bools are numbers.</summary>
internal sealed record IntegerConstructor(long From, long To) : Constructor;

internal sealed record StringConstructor(string Value) : Constructor;
