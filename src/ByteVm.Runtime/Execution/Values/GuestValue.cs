using ByteVm.Runtime.Execution.Values;

namespace ByteVm;

/// <summary>
/// A value on its way into a guest. Made from a .NET value by implicit conversion; these types cross:
/// int, long, float, double, bool (as the guest's i32), string, and arrays of byte, int, long, float, double and string.
/// An int also fits where the guest expects i64 or f64, and a float where it expects f64. Arrays are copied.
/// </summary>
public readonly struct GuestValue
{
    private GuestValue(string typeName, long bits, object? content)
    {
        TypeName = typeName;
        Bits = bits;
        Content = content;
    }

    /// <summary>The guest's name of the type: "i32", "string", "u8[]".</summary>
    public string TypeName { get; }

    /// <summary>A number as it stands in a slot: 32-bit values with the upper half zero.</summary>
    internal long Bits { get; }

    /// <summary>A string or array, or null.</summary>
    internal object? Content { get; }

    public static implicit operator GuestValue(int value) => new("i32", (uint)value, null);

    public static implicit operator GuestValue(long value) => new("i64", value, null);

    public static implicit operator GuestValue(float value) => new("f32", BitConverter.SingleToUInt32Bits(value), null);

    public static implicit operator GuestValue(double value) => new("f64", BitConverter.DoubleToInt64Bits(value), null);

    public static implicit operator GuestValue(bool value) => new("i32", value ? 1 : 0, null);

    public static implicit operator GuestValue(string? value) => new("string", 0, value);

    public static implicit operator GuestValue(byte[]? value) => new("u8[]", 0, value);

    public static implicit operator GuestValue(int[]? value) => new("i32[]", 0, value);

    public static implicit operator GuestValue(long[]? value) => new("i64[]", 0, value);

    public static implicit operator GuestValue(float[]? value) => new("f32[]", 0, value);

    public static implicit operator GuestValue(double[]? value) => new("f64[]", 0, value);

    public static implicit operator GuestValue(string?[]? value) => new("string[]", 0, value);

    /// <summary>The same number where the guest expects a wider type; false when it does not fit there.</summary>
    internal bool TryConvert(string expected, out GuestValue converted)
    {
        converted = (TypeName, expected) switch
        {
            ("i32", "i64") => (long)(int)Bits,
            ("i32", "f64") => (double)(int)Bits,
            ("f32", "f64") => (double)BitConverter.Int32BitsToSingle((int)Bits),
            _ => this,
        };
        return converted.TypeName == expected;
    }
}
