namespace ByteVm.Tarn.Binding;

/// <summary>The methods of types that no source declares: conversions of numbers and chars, and bulk operations on arrays.</summary>
internal static class BuiltInMethods
{
    public static bool Exists(TarnType type, string name) =>
        ConversionTarget(type, name) is not null || (type is ArrayType && name is "copy" or "fill") || (name == PrintableClasses.Method && IsFormattable(type));

    public static bool IsFormattable(TarnType type) => type is BuiltInType { Kind: >= BuiltIn.Bool and <= BuiltIn.String };

    /// <summary>What <c>x.toInt()</c> and its like give; null when the type has no such method.</summary>
    public static BuiltInType? ConversionTarget(TarnType type, string name)
    {
        if (!TypeRelations.IsArithmetic(type))
            return null;
        return name switch
        {
            "toByte" => BuiltInType.Byte,
            "toShort" => BuiltInType.Short,
            "toInt" => BuiltInType.Int,
            "toLong" => BuiltInType.Long,
            "toFloat" => BuiltInType.Float,
            "toDouble" => BuiltInType.Double,
            "toChar" when TypeRelations.IsIntegral(type) => BuiltInType.Char,
            _ => null,
        };
    }
}
