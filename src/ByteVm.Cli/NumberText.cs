using System.CommandLine.Parsing;
using System.Globalization;

namespace ByteVm.Cli;

/// <summary>Whole numbers as values of options.</summary>
internal static class NumberText
{
    /// <summary>Parses an option's value, or adds an error that says what it may be.</summary>
    public static long Parse(ArgumentResult result, long least, long most)
    {
        string text = result.Tokens[^1].Value;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || number < least || number > most)
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{Name(result)} needs a number from {least:N0} to {most:N0}, not '{text}'"));
        return number;
    }

    private static string Name(ArgumentResult result) => ((OptionResult)result.Parent!).Option.Name;
}
