using System.Globalization;
using System.Text;
using ByteVm.Tarn.Diagnostics;

namespace ByteVm.Tarn.Syntax;

/// <summary>The values of literals. Malformed ones are reported and get some value.</summary>
internal sealed class LiteralDecoder(SourceText source, DiagnosticBag diagnostics)
{
    private const int MaximumScalar = 0x10FFFF;

    public IntegerLiteralSyntax Integer(Span span, bool isLong)
    {
        ReadOnlySpan<char> digits = source.Text.AsSpan(span.Start, span.End - span.Start - (isLong ? 1 : 0));
        int radix = digits is ['0', 'x' or 'X', ..] ? 16 : digits is ['0', 'b' or 'B', ..] ? 2 : 10;
        if (radix != 10)
            digits = digits[2..];
        ulong value = 0;
        foreach (char digit in digits)
        {
            if (digit != '_' && !TryAppend(ref value, radix, char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : 0))
            {
                diagnostics.Report(source, span, DiagnosticCatalog.IntegerTooLarge, "long");
                break;
            }
        }

        return new IntegerLiteralSyntax(span, value, isLong, radix != 10);
    }

    private static bool TryAppend(ref ulong value, int radix, int digit)
    {
        UInt128 next = (UInt128)value * (uint)radix + (uint)digit;
        value = (ulong)next;
        return next <= ulong.MaxValue;
    }

    public FloatLiteralSyntax Float(Span span, bool isSingle)
    {
        string digits = source.Text[span.Start..(span.End - (isSingle ? 1 : 0))].Replace("_", "", StringComparison.Ordinal);
        // A float literal is rounded once, from its decimal digits.
        double value = isSingle ? float.Parse(digits, CultureInfo.InvariantCulture) : double.Parse(digits, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value))
            diagnostics.Report(source, span, DiagnosticCatalog.FloatTooLarge, isSingle ? "float" : "double");
        return new FloatLiteralSyntax(span, value, isSingle);
    }

    public CharLiteralSyntax Char(Span span)
    {
        int end = source.Text[span.End - 1] == '\'' && span.End - span.Start > 1 ? span.End - 1 : span.End;
        Rune[] scalars = [.. Unescape(new Span(span.Start + 1, end)).EnumerateRunes()];
        if (scalars.Length != 1)
            diagnostics.Report(source, span, DiagnosticCatalog.CharLiteralLength);
        return new CharLiteralSyntax(span, scalars.Length == 0 ? 0 : scalars[0].Value);
    }

    /// <summary>The text between quotes at <paramref name="span"/>, escapes replaced.</summary>
    public string Unescape(Span span)
    {
        ReadOnlySpan<char> raw = source.Text.AsSpan(span.Start, span.End - span.Start);
        int backslash = raw.IndexOf('\\');
        if (backslash < 0)
            return raw.ToString();
        var text = new StringBuilder(raw.Length);
        int position = 0;
        while (backslash >= 0)
        {
            text.Append(raw[position..(position + backslash)]);
            position += backslash;
            position += AppendEscape(text, raw[position..], span.Start + position);
            backslash = raw[position..].IndexOf('\\');
        }

        return text.Append(raw[position..]).ToString();
    }

    /// <summary>Appends what the escape at the start of <paramref name="raw"/> stands for; returns its length.</summary>
    private int AppendEscape(StringBuilder text, ReadOnlySpan<char> raw, int offset)
    {
        char kind = raw.Length > 1 ? raw[1] : '\0';
        switch (kind)
        {
            case 'n': text.Append('\n'); return 2;
            case 't': text.Append('\t'); return 2;
            case 'r': text.Append('\r'); return 2;
            case '0': text.Append('\0'); return 2;
            case '\\' or '"' or '\'' or '$': text.Append(kind); return 2;
            case 'u': return AppendScalar(text, raw, offset);
            default:
                diagnostics.Report(source, new Span(offset, offset + 2), DiagnosticCatalog.InvalidEscape, raw[..Math.Min(2, raw.Length)].ToString());
                return Math.Min(2, raw.Length);
        }
    }

    private int AppendScalar(StringBuilder text, ReadOnlySpan<char> raw, int offset)
    {
        int close = raw.IndexOf('}');
        if (raw.Length > 3 && raw[2] == '{' && close > 3
            && int.TryParse(raw[3..close], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int scalar)
            && scalar <= MaximumScalar && Rune.IsValid(scalar))
        {
            text.Append(new Rune(scalar).ToString());
            return close + 1;
        }

        int length = close > 0 ? close + 1 : 2;
        diagnostics.Report(source, new Span(offset, offset + length), DiagnosticCatalog.InvalidUnicodeEscape);
        return length;
    }

    /// <summary>
    /// A raw string's text. When the opening quotes end their line, that line break, the one before the closing quotes, and the indentation of
    /// the closing quotes on every line are left out.
    /// </summary>
    public string RawString(Span span)
    {
        string text = source.Text[(span.Start + 3)..Math.Max(span.Start + 3, span.End - 3)].Replace("\r\n", "\n", StringComparison.Ordinal);
        int lastBreak = text.LastIndexOf('\n');
        if (!text.StartsWith('\n'))
            return text;
        string indentation = text[(lastBreak + 1)..];
        if (indentation.AsSpan().Trim(" \t").Length > 0)
            return text[1..];
        if (lastBreak == 0)
            return "";
        string[] lines = text[1..lastBreak].Split('\n');
        for (int i = 0; i < lines.Length; i++)
            lines[i] = lines[i].StartsWith(indentation, StringComparison.Ordinal) ? lines[i][indentation.Length..] : lines[i].TrimStart(' ', '\t');
        return string.Join('\n', lines);
    }
}
