using System.CommandLine.Parsing;
using System.Globalization;
using ByteVm.Memory;

namespace ByteVm.Cli;

/// <summary>The values of <c>--gc-stress</c>.</summary>
internal static class GcStressText
{
    private const string RandomPrefix = "random:";

    public static GcStress Parse(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (text == "alloc")
            return GcStress.Allocations;
        if (text == "safepoint")
            return GcStress.Safepoints;
        if (text.StartsWith(RandomPrefix, StringComparison.Ordinal) && Random(text[RandomPrefix.Length..].Split(':')) is { } random)
            return random;
        result.AddError($"'{text}' is no way to stress the collector: alloc, safepoint, random:SEED, or random:SEED:INTERVAL, for example random:42:1000 for about each 1000th chance");
        return default;
    }

    private static GcStress? Random(string[] parts) => parts switch
    {
        [var seed] when IsNumber(seed, out int value) => GcStress.Random(value),
        [var seed, var interval] when IsNumber(seed, out int value) && IsNumber(interval, out int points) && points is > 0 and <= GcStress.MaxInterval => GcStress.Random(value, points),
        _ => null,
    };

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
