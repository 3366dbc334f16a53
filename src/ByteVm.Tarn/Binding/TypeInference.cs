using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>
/// Finds the type arguments of one call from its arguments, left to right: each argument's type is laid against its parameter's, and where
/// the parameter's type has a type parameter, that one is found. One found twice becomes what both convert to.
/// </summary>
internal sealed class TypeInference(ImmutableArray<TypeParameterSymbol> parameters, TypeMap known)
{
    private readonly TypeMap given = known;

    /// <summary>What is known so far, the type parameters of the receiver's class included.</summary>
    public TypeMap Map { get; private set; } = known;

    /// <summary>The first type parameter that nothing was found for; null when all are.</summary>
    public TypeParameterSymbol? Missing => parameters.FirstOrDefault(p => Map.Find(p) is null);

    public bool IsOpen(TarnType type) => Missing is not null && type switch
    {
        TypeVariable variable => parameters.Contains(variable.Parameter) && Map.Find(variable.Parameter) is null,
        ArrayType array => IsOpen(array.Element),
        NullableType nullable => IsOpen(nullable.NonNull),
        ClassType @class => @class.Arguments.Any(IsOpen),
        _ => false,
    };

    /// <summary>Whether a parameter's type is a type parameter whose argument was found, not given.</summary>
    public bool IsFound(TarnType type) => type is TypeVariable variable && parameters.Contains(variable.Parameter) && given.Find(variable.Parameter) is null && Map.Find(variable.Parameter) is not null;

    /// <summary>A parameter's type with what is known; what is still to be found is the error type, which fits everything.</summary>
    public TarnType Outline(TarnType type)
    {
        TypeMap outline = Map;
        foreach (TypeParameterSymbol parameter in parameters)
        {
            if (Map.Find(parameter) is null)
                outline = outline.With(parameter, BuiltInType.Error);
        }

        return type.Substitute(outline);
    }

    /// <summary>The same; null when nothing at all is known of it.</summary>
    public TarnType? OutlineOrNull(TarnType type) => type is TypeVariable variable && parameters.Contains(variable.Parameter) && Map.Find(variable.Parameter) is null ? null : Outline(type);

    public void Unify(TarnType parameter, TarnType argument)
    {
        if (!parameter.HasVariables || argument.IsError || argument.IsNever || argument.IsVoid || argument == BuiltInType.Null)
            return;
        switch (parameter)
        {
            case TypeVariable variable:
                Find(variable.Parameter, argument);
                break;
            case NullableType nullable:
                Unify(nullable.NonNull, argument.NonNull);
                break;
            case ArrayType array when argument.NonNull is ArrayType other:
                Unify(array.Element, other.Element);
                break;
            case ClassType @class when TypeRelations.ClassOf(argument.NonNull)?.AsSuper(@class.Symbol) is { } other:
                for (int i = 0; i < @class.Arguments.Length; i++)
                    Unify(@class.Arguments[i], other.Arguments[i]);
                break;
        }
    }

    private void Find(TypeParameterSymbol parameter, TarnType argument)
    {
        if (!parameters.Contains(parameter))
            return;
        TarnType? joined = Map.Find(parameter) is { } before ? TypeRelations.Join(before, argument) : argument;
        if (joined is not null)
            Map = Map.With(parameter, joined);
    }
}
