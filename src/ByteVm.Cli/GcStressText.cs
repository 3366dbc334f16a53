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
        if (text.StartsWith(RandomPrefix, StringComparison.Ordinal) && int.TryParse(text.AsSpan(RandomPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int seed))
            return GcStress.Random(seed);
        result.AddError($"'{text}' is no way to stress the collector: alloc, safepoint, or random:SEED with a number, for example random:42");
        return default;
    }
}
