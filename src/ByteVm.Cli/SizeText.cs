using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace ByteVm.Cli;

/// <summary>Byte counts as people write them: 65536, 64k, 512m, 1g.</summary>
internal static class SizeText
{
    /// <summary>Parses an option's value, or adds an error that says how to write it.</summary>
    public static long? Parse(ArgumentResult result, long least, long most)
    {
        string text = result.Tokens[^1].Value;
        if (!TryParse(text, out BigInteger bytes))
            result.AddError($"'{text}' is not a size: write bytes, or a number with k, m or g, as in 64m");
        else if (bytes < least || bytes > most)
            result.AddError($"'{text}' is out of range: from {least:N0} to {most:N0} bytes");
        else
            return (long)bytes;
        return null;
    }

    private static bool TryParse(string text, out BigInteger bytes)
    {
        int shift = text.Length == 0 ? 0 : char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        string digits = shift == 0 ? text : text[..^1];
        bool parsed = BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger number);
        bytes = number << shift;
        return parsed;
    }
}
