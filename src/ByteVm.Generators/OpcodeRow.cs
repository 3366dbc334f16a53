using System;
using System.Collections.Generic;
using System.Linq;

namespace ByteVm.Generators;

/// <summary>One row of Opcodes.table.</summary>
internal sealed class OpcodeRow
{
    public string Mnemonic { get; private set; } = "";
    public string Stage { get; private set; } = "";
    public string[] Operands { get; private set; } = Array.Empty<string>();
    public string[] Facts { get; private set; } = Array.Empty<string>();
    public int Fuel { get; private set; }
    public string Description { get; private set; } = "";

    public bool InModule => Stage.Contains("M");
    public bool InLinked => Stage.Contains("L");

    /// <summary>The C# name: each dotted segment capitalized.</summary>
    public string Name => NameOf(Mnemonic);

    public static string NameOf(string mnemonic) => string.Concat(mnemonic.Split('.').Select(s => char.ToUpperInvariant(s[0]) + s.Substring(1)));

    public static IEnumerable<OpcodeRow> ParseAll(string table)
    {
        foreach (string line in table.Split('\n').Select(l => l.Trim()))
        {
            if (line.Length > 0 && line[0] != '#')
                yield return Parse(line);
        }
    }

    private static OpcodeRow Parse(string line)
    {
        string[] words = line.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
        int fuelAt = Array.FindIndex(words, 2, w => char.IsDigit(w[0]));
        return new OpcodeRow
        {
            Mnemonic = words[0],
            Stage = words[1],
            Operands = words.Skip(2).Take(fuelAt - 3).Where(w => w != "-").ToArray(),
            Facts = words[fuelAt - 1] == "-" ? Array.Empty<string>() : words[fuelAt - 1].Split(','),
            Fuel = int.Parse(words[fuelAt]),
            Description = string.Join(" ", words.Skip(fuelAt + 1)),
        };
    }
}
