using System.CommandLine;
using System.Globalization;

namespace ByteVm.Bench;

/// <summary>Options that several benchmarks have.</summary>
internal static class BenchOptions
{
    /// <summary>What <see cref="BenchFiles.CommandLine"/> takes.</summary>
    public static Option<string?> Cli() => new("--cli") { Description = "The bytevm to measure, such as a NativeAOT publish; else the one built with this project", HelpName = "PATH" };

    /// <summary>A number above 0.</summary>
    public static Option<int> Number(string name, int otherwise, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            if (!int.TryParse(result.Tokens.Single().Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number == 0)
                result.AddError($"{name} '{result.Tokens.Single().Value}' is no number above 0");
            return number;
        },
    };
}
