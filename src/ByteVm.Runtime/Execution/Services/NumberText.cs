using System.Globalization;

namespace ByteVm.Runtime.Execution.Services;

/// <summary>
/// Numbers as text, the same on every machine (lang/spec/host.md). A floating-point number is written with the fewest digits that
/// read back as the same number of its type, and never looks like an integer:
/// <code>
///   1.0   -0.0   0.1   123456789.125   0.000001    when 1e-6 &lt;= |x| &lt; 1e21, and zero
///   1e21   1.5e-7   1.7976931348623157e308         otherwise
///   NaN   Infinity   -Infinity
/// </code>
/// </summary>
internal static class NumberText
{
    /// <summary>Room for any number: sign, 21 digits before the point, or 17 digits with point and exponent.</summary>
    public const int MaxBytes = 64;

    private const int MaxPositionalExponent = 20;
    private const int MinPositionalExponent = -6;

    public static ReadOnlySpan<byte> Format(long value, Span<byte> buffer)
    {
        value.TryFormat(buffer, out int written, default, CultureInfo.InvariantCulture);
        return buffer[..written];
    }

    public static ReadOnlySpan<byte> Format(double value, Span<byte> buffer)
    {
        Span<byte> scientific = stackalloc byte[MaxBytes];
        value.TryFormat(scientific, out int written, "R", CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? Lay(scientific[..written], buffer) : Copy(scientific[..written], buffer);
    }

    public static ReadOnlySpan<byte> Format(float value, Span<byte> buffer)
    {
        Span<byte> scientific = stackalloc byte[MaxBytes];
        value.TryFormat(scientific, out int written, "R", CultureInfo.InvariantCulture);
        return float.IsFinite(value) ? Lay(scientific[..written], buffer) : Copy(scientific[..written], buffer);
    }

    /// <summary>
    /// The number nearest to the text, or NaN when it is none: an optional sign, then digits with at most one point among or around them and
    /// an optional exponent, or "Infinity" or "NaN". No blanks, no separators.
    /// </summary>
    public static double Parse(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> unsigned = text.Length > 0 && text[0] is (byte)'+' or (byte)'-' ? text[1..] : text;
        if (unsigned.SequenceEqual("Infinity"u8))
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return IsNumber(unsigned) ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : double.NaN;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        int whole = CountDigits(text);
        text = text[whole..];
        int fraction = 0;
        if (text.Length > 0 && text[0] == '.')
        {
            fraction = CountDigits(text[1..]);
            text = text[(1 + fraction)..];
        }

        return whole + fraction > 0 && (text.IsEmpty || IsExponent(text));
    }

    private static bool IsExponent(ReadOnlySpan<byte> text)
    {
        if (text[0] is not ((byte)'e' or (byte)'E'))
            return false;
        text = text[1..];
        if (text.Length > 0 && text[0] is (byte)'+' or (byte)'-')
            text = text[1..];
        return text.Length > 0 && CountDigits(text) == text.Length;
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        int count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length : count;
    }

    private static ReadOnlySpan<byte> Copy(scoped ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        text.CopyTo(buffer);
        return buffer[..text.Length];
    }

    /// <summary>Writes the digits and exponent of .NET's shortest form in our own.</summary>
    private static ReadOnlySpan<byte> Lay(scoped ReadOnlySpan<byte> shortest, Span<byte> buffer)
    {
        var output = new SpanWriter(buffer);
        if (shortest[0] == '-')
        {
            output.Add('-');
            shortest = shortest[1..];
        }

        Span<byte> digits = stackalloc byte[MaxBytes];
        int count = Decompose(shortest, digits, out int exponent);
        digits = digits[..count];
        if (exponent > MaxPositionalExponent || exponent < MinPositionalExponent)
            LayScientific(digits, exponent, ref output);
        else
            LayPositional(digits, exponent, ref output);
        return output.Written;
    }

    /// <summary>Significant digits without zeroes at either end (one zero for zero), and the power of ten of the first.</summary>
    private static int Decompose(ReadOnlySpan<byte> text, Span<byte> digits, out int exponent)
    {
        int e = text.IndexOf((byte)'E');
        int power = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf((byte)'.');
        int count = 0;
        foreach (byte c in mantissa)
        {
            if (c != '.')
                digits[count++] = c;
        }

        int leading = digits[..count].IndexOfAnyExcept((byte)'0');
        if (leading < 0)
        {
            exponent = 0;
            return 1;
        }

        exponent = power + (point < 0 ? mantissa.Length : point) - 1 - leading;
        digits[leading..count].CopyTo(digits);
        return digits[..(count - leading)].LastIndexOfAnyExcept((byte)'0') + 1;
    }

    private static void LayPositional(scoped ReadOnlySpan<byte> digits, int exponent, ref SpanWriter output)
    {
        if (exponent < 0)
        {
            output.Add("0."u8);
            output.AddZeroes(-1 - exponent);
            output.Add(digits);
            return;
        }

        int whole = Math.Min(exponent + 1, digits.Length);
        output.Add(digits[..whole]);
        output.AddZeroes(exponent + 1 - whole);
        output.Add('.');
        output.Add(whole < digits.Length ? digits[whole..] : "0"u8);
    }

    private static void LayScientific(scoped ReadOnlySpan<byte> digits, int exponent, ref SpanWriter output)
    {
        output.Add(digits[..1]);
        if (digits.Length > 1)
        {
            output.Add('.');
            output.Add(digits[1..]);
        }

        output.Add('e');
        output.Add(exponent);
    }

    private ref struct SpanWriter(Span<byte> buffer)
    {
        private readonly Span<byte> buffer = buffer;
        private int length;

        public readonly ReadOnlySpan<byte> Written => buffer[..length];

        public void Add(char c) => buffer[length++] = (byte)c;

        public void Add(scoped ReadOnlySpan<byte> text)
        {
            text.CopyTo(buffer[length..]);
            length += text.Length;
        }

        public void Add(int value)
        {
            value.TryFormat(buffer[length..], out int written, default, CultureInfo.InvariantCulture);
            length += written;
        }

        public void AddZeroes(int count)
        {
            buffer.Slice(length, count).Fill((byte)'0');
            length += count;
        }
    }
}
