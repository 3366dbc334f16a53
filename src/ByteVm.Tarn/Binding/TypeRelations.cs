namespace ByteVm.Tarn.Binding;

/// <summary>What a value of one type is to another type, without the program saying anything.</summary>
internal enum Conversion
{
    None,
    Identity,

    /// <summary>To a wider number: never loses anything.</summary>
    Widening,

    /// <summary>To a supertype or with null added: nothing happens at run time.</summary>
    Reference,

    /// <summary>To or from what the machine holds as an optional.</summary>
    Optional,

    /// <summary>From a value class to object or an interface of its: an object is made that holds the value.</summary>
    Boxing,
}

/// <summary>The relations between types.</summary>
internal static class TypeRelations
{
    public static bool IsNumeric(TarnType type) => type is BuiltInType { Kind: BuiltIn.Byte or BuiltIn.Short or BuiltIn.Int or BuiltIn.Long or BuiltIn.Float or BuiltIn.Double };

    /// <summary>Whether arithmetic works on it, chars included (as their number).</summary>
    public static bool IsArithmetic(TarnType type) => IsNumeric(type) || type == BuiltInType.Char;

    public static bool IsIntegral(TarnType type) => type is BuiltInType { Kind: BuiltIn.Byte or BuiltIn.Short or BuiltIn.Int or BuiltIn.Long or BuiltIn.Char };

    public static bool IsFloating(TarnType type) => type == BuiltInType.Float || type == BuiltInType.Double;

    public static Conversion Classify(TarnType from, TarnType to)
    {
        if (from == to)
            return Conversion.Identity;
        if (from.IsError || to.IsError || from.IsNever)
            return Conversion.Reference;
        if (from is BuiltInType number && to is BuiltInType wider && Widens(number.Kind, wider.Kind))
            return Conversion.Widening;
        if (IsOptional(to) || IsOptional(from))
            return to is NullableType && (from == BuiltInType.Null || Classify(from.NonNull, to.NonNull) != Conversion.None) ? Conversion.Optional : Conversion.None;
        if (IsBoxing(from, to))
            return Conversion.Boxing;
        return IsSubtype(from, to) ? Conversion.Reference : Conversion.None;
    }

    /// <summary>Whether a value of a value class is put into an object to be one of type <paramref name="to"/>.</summary>
    public static bool IsBoxing(TarnType from, TarnType to) =>
        IsValue(from) && to.IsReference && (to.NonNull == BuiltInType.Object || (to.NonNull is ClassType super && ((ClassType)from).AsSuper(super.Symbol) == super));

    public static bool IsOptional(TarnType type) => type is NullableType { IsOptional: true };

    public static bool IsValue(TarnType type) => type is ClassType { Symbol.IsValue: true };

    private static bool Widens(BuiltIn from, BuiltIn to) => from switch
    {
        BuiltIn.Byte => to is BuiltIn.Short or BuiltIn.Int or BuiltIn.Long or BuiltIn.Float or BuiltIn.Double,
        BuiltIn.Short => to is BuiltIn.Int or BuiltIn.Long or BuiltIn.Float or BuiltIn.Double,
        BuiltIn.Char => to is BuiltIn.Int or BuiltIn.Long,
        BuiltIn.Int => to is BuiltIn.Long or BuiltIn.Double,
        BuiltIn.Float => to is BuiltIn.Double,
        _ => false,
    };

    /// <summary>Whether every reference of type <paramref name="from"/> is one of type <paramref name="to"/>.</summary>
    public static bool IsSubtype(TarnType from, TarnType to)
    {
        if (to is NullableType nullable)
            return from == BuiltInType.Null || IsSubtype(from.NonNull, nullable.NonNull);
        if (from.IsNullable)
            return false;
        if (from == to)
            return true;
        if (to == BuiltInType.Object)
            return from.IsReference;
        if (IsValue(from))
            return false;
        return ClassOf(from) is { } sub && to is ClassType super && sub.AsSuper(super.Symbol) == super;
    }

    /// <summary>The class or interface whose members a value has: its own, or the bound of its type parameter; null when it has none.</summary>
    public static ClassType? ClassOf(TarnType type) => type as ClassType ?? (type as TypeVariable)?.Parameter.ReferenceBound as ClassType;

    /// <summary>Whether a type may stand for a type parameter with this bound.</summary>
    public static bool Satisfies(TarnType argument, TarnType bound)
    {
        if (argument.IsError || bound.IsError || IsSubtype(argument, bound))
            return true;
        if (bound is not ClassType { Symbol: var symbol } || !WellKnown.IsComparable(symbol))
            return false;
        TarnType compared = ((ClassType)bound).Arguments[0];
        if (IsValue(argument))
            return ((ClassType)argument).AsSuper(symbol) == bound;
        return argument is TypeVariable variable ? variable.Parameter.Bound == bound : argument == compared && IsOrdered(argument);
    }

    /// <summary>Whether the language itself compares its values.</summary>
    private static bool IsOrdered(TarnType type) => IsArithmetic(type) || type == BuiltInType.String;

    /// <summary>Whether a reference of type <paramref name="from"/> could turn out to be a <paramref name="to"/>.</summary>
    public static bool MayBe(TarnType from, TarnType to)
    {
        from = from.NonNull;
        if (from is TypeVariable { IsReference: false })
            return true;
        if (IsValue(to) && from.IsReference)
            return IsBoxing(to, from) || from.HasVariables || to.HasVariables;
        if (!from.IsReference || !to.IsReference)
            return false;
        if (IsSubtype(from, to) || IsSubtype(to, from))
            return true;
        if (from is TypeVariable || to is TypeVariable || from.HasVariables || to.HasVariables)
            return true;
        return from is ClassType a && to is ClassType b && (MayHaveSubclassWith(a.Symbol, b.Symbol) || MayHaveSubclassWith(b.Symbol, a.Symbol));
    }

    // A class that can be extended may have a subclass that implements the interface.
    private static bool MayHaveSubclassWith(ClassSymbol symbol, ClassSymbol other) => other.IsInterface && symbol.IsExtensible;

    /// <summary>The type both convert to, for the branches of an if or the elements of a literal; null when there is none.</summary>
    public static TarnType? Join(TarnType a, TarnType b)
    {
        if (Classify(a, b) != Conversion.None)
            return b;
        if (Classify(b, a) != Conversion.None)
            return a;
        if (a.IsNullable || b.IsNullable)
            return a == BuiltInType.Null ? b.Nullable : b == BuiltInType.Null ? a.Nullable : Join(a.NonNull, b.NonNull)?.Nullable;
        if (!a.IsReference || !b.IsReference)
            return null;
        return CommonBase(a, b);
    }

    private static TarnType CommonBase(TarnType a, TarnType b)
    {
        for (ClassType? candidate = a as ClassType; candidate is not null; candidate = candidate.Symbol.BaseType?.Substitute(candidate.Map) as ClassType)
        {
            if (IsSubtype(b, candidate))
                return candidate;
        }

        return BuiltInType.Object;
    }

    /// <summary>The type in which arithmetic on both operands happens; null when there is none that loses nothing.</summary>
    public static BuiltInType? ArithmeticType(TarnType left, TarnType right)
    {
        if (!IsArithmetic(left) || !IsArithmetic(right))
            return null;
        BuiltInType a = Promote(left);
        BuiltInType b = Promote(right);
        return Classify(a, b) != Conversion.None ? b : Classify(b, a) != Conversion.None ? a : Classify(left, b) != Conversion.None ? b : Classify(right, a) != Conversion.None ? a : null;
    }

    /// <summary>The type arithmetic has for one operand: byte, short and char become int.</summary>
    public static BuiltInType Promote(TarnType type) => type is BuiltInType { Kind: BuiltIn.Byte or BuiltIn.Short or BuiltIn.Char } ? BuiltInType.Int : (BuiltInType)type;
}
