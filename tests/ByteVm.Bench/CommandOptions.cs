namespace ByteVm.Bench;

/// <summary>The arguments of a benchmark: names, and options that take a value.</summary>
internal sealed class CommandOptions
{
    private readonly Dictionary<string, string> values;

    public string[] Names { get; private init; } = [];

    public string? this[string option] => values.GetValueOrDefault(option);

    /// <exception cref="ArgumentException">An option is unknown or has no value.</exception>
    public static CommandOptions Parse(string[] arguments, params string[] known)
    {
        var names = new List<string>();
        var values = new Dictionary<string, string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                names.Add(arguments[i]);
            else if (known.Contains(arguments[i]) && i + 1 < arguments.Length)
                values[arguments[i]] = arguments[++i];
            else
                throw new ArgumentException($"unknown option or missing value: {arguments[i]}");
        }

        return new CommandOptions(values) { Names = [.. names] };
    }

    private CommandOptions(Dictionary<string, string> values) => this.values = values;
}
