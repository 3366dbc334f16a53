using System.Collections.Immutable;

namespace ByteVm.Tarn.Binding;

/// <summary>Enums and the classes of their cases.</summary>
internal sealed partial class HeaderBinder
{
    /// <summary>Each case has the enum's type parameters again, as its own: their bounds are found once.</summary>
    private static void BindCaseTypeParameters(ClassSymbol @enum, ClassSymbol @case)
    {
        var map = new TypeMap(@enum.TypeParameters, [.. @case.TypeParameters.Select(p => p.Type)]);
        for (int i = 0; i < @case.TypeParameters.Length; i++)
            @case.TypeParameters[i].Bound = @enum.TypeParameters[i].Bound?.Substitute(map);
    }

    private void BindEnumSuperTypes(ClassSymbol @enum, ImmutableArray<ClassType>.Builder interfaces)
    {
        if (!interfaces.Any(i => i.Symbol == compilation.EnumValue))
            interfaces.Add(compilation.EnumValue.Type);
        foreach (ClassSymbol @case in @enum.Cases)
            @case.BaseType = @enum.Construct([.. @case.TypeParameters.Select(p => p.Type)]);
    }
}
