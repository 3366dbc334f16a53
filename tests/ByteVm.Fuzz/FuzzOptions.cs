using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ByteVm.Fuzz;

/// <summary>What a fuzzer is to do.</summary>
/// <param name="Cases">How many cases at most.</param>
/// <param name="Seed">What all cases depend on.</param>
/// <param name="Seconds">After which no further case begins.</param>
/// <param name="Only">The one case that is to be run again; null for all.</param>
internal sealed record FuzzOptions(long Cases, int Seed, long Seconds, long? Only)
{
    /// <summary>A command of a fuzzer, with the options that all have.</summary>
    public static Command Command(string name, string description, long cases, Func<FuzzOptions, int> run)
    {
        Option<long?> count = Number("--cases", $"How many cases; {cases:N0} when left out");
        Option<long?> seed = Number("--seed", "What the cases depend on; 1 when left out");
        Option<long?> time = Number("--time", "Begin no case after so many seconds");
        Option<long?> only = Number("--case", "Run this case of the seed again");
        var command = new Command(name, description) { count, seed, time, only };
        command.SetAction(parsed => run(new FuzzOptions(
            parsed.GetValue(count) ?? cases, (int)(parsed.GetValue(seed) ?? 1), parsed.GetValue(time) ?? long.MaxValue, parsed.GetValue(only))));
        return command;
    }

    private static Option<long?> Number(string name, string description) => new(name) { Description = description, HelpName = "N", CustomParser = result => Parse(name, result) };

    private static long? Parse(string name, ArgumentResult result)
    {
        if (long.TryParse(result.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            return number;
        result.AddError($"{name} needs a number, not '{result.Tokens.Single().Value}'");
        return null;
    }
}
