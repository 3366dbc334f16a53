using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// An enum is an abstract class with one field, the tag, and a final class below it for each case. The classes of cases are members of the
/// enum's class and of nothing else.
/// </summary>
internal sealed partial class ClassSymbol
{
    public bool IsEnum => Syntax is EnumSyntax;

    public bool IsCase => Class is not null;

    /// <summary>Of an enum: the classes of its cases, each at the index that is its tag.</summary>
    public ImmutableArray<ClassSymbol> Cases { get; set; } = [];

    /// <summary>Of a case: its number among its enum's.</summary>
    public int Tag { get; init; }

    /// <summary>Of an enum: the field that says which case an object is of.</summary>
    public FieldSymbol TagField => Fields[0];

    /// <summary>Of a case without payload, of an enum without type parameters: what holds its only object.</summary>
    public GlobalSymbol? Singleton { get; set; }

    /// <summary>Of an enum: whether equal values are always the same object.</summary>
    public bool HasOnlySingletons => Cases.All(c => c.Singleton is not null);
}

/// <summary>What a method that no source writes does.</summary>
internal enum EnumMethod { None, Hash, Equality, Text }

internal sealed partial class FunctionSymbol
{
    public EnumMethod EnumMethod { get; init; }
}

internal sealed partial class GlobalSymbol
{
    /// <summary>The case whose only object it holds.</summary>
    public ClassSymbol? Case { get; init; }
}
