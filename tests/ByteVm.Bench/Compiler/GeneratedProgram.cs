using System.Text;
using ByteVm.Tarn;

namespace ByteVm.Bench.Compiler;

/// <summary>A Tarn program of a given length: sections of classes and functions as people write them, each using the section before.</summary>
internal static class GeneratedProgram
{
    private const string Section = """
        // Section N: accounts, and what they add up to.
        interface RatedN {
            fn rate(): double
        }

        open class AccountN(let owner: string, var balance: long) : RatedN {
            private var history = new long[8]
            private var count = 0

            override fn rate(): double = if balance > 1_000L { 0.025 } else { 0.01 }

            open fn describe(): string = "${owner} has ${balance} at ${rate()}"

            fn deposit(amount: long): bool {
                if amount <= 0L {
                    return false
                }
                if count < history.length {
                    history[count] = amount
                    count++
                }
                balance += amount
                return true
            }

            fn largest(): long {
                var largest = 0L
                for i in 0..count {
                    if history[i] > largest {
                        largest = history[i]
                    }
                }
                return largest
            }
        }

        class SavingsN(owner: string, balance: long, let bonus: int = 3) : AccountN(owner, balance) {
            override fn describe(): string = "${super.describe()}, bonus ${bonus}"
        }

        fn totalN(accounts: AccountN[], minimum: long = 0L): long {
            var sum = 0L
            for account in accounts {
                if account is SavingsN && account.balance >= minimum {
                    sum += account.balance * account.bonus
                } else {
                    sum += account.balance
                }
            }
            return sum
        }

        fn runN(seed: int): int {
            let accounts = new AccountN[4](i => AccountN("owner ${i}", (seed * i).toLong()))
            accounts[1] = SavingsN("saver", 5_000L)
            var state = seed
            var step = 0
            while step < 10 && state != 0 {
                state = (state * 1103515245 + 12345) >>> 3 & 0xFFFF
                accounts[state % accounts.length].deposit(state.toLong())
                step++
            }
            let best: AccountN? = if totalN(accounts) > 100L { accounts[0] } else { null }
            let text = best?.describe() ?? "nobody"
            return text.length + previousN(state)
        }

        """;

    private static readonly int sectionLines = Section.Count(c => c == '\n') + 2;

    /// <summary>One module of about this many lines.</summary>
    public static string OneModule(int lines)
    {
        var text = new StringBuilder();
        int sections = SectionsFor(lines);
        for (int i = 0; i < sections; i++)
            AppendSection(text, i, i == 0 ? "seed" : $"run{i - 1}(seed)");
        return text.Append($"\nfn main() {{\n    println({LastFunction(lines)}(7))\n}}\n").ToString();
    }

    /// <summary>A main module that imports as many others, of about a thousand lines each, as give this many lines.</summary>
    public static (string Main, MemorySources Modules) ManyModules(int lines)
    {
        var modules = new Dictionary<string, string>();
        int count = Math.Max(1, lines / 1000);
        for (int i = 0; i < count; i++)
            modules.Add($"part{i}", OneModule(1000));
        string imports = string.Concat(modules.Keys.Select(name => $"import {name}\n"));
        string calls = string.Concat(modules.Keys.Select(name => $"    println({name}.{LastFunction(1000)}(1))\n"));
        return ($"{imports}\nfn main() {{\n{calls}}}\n", new MemorySources(modules));
    }

    public static int LinesOf(string source) => source.Count(c => c == '\n');

    private static int SectionsFor(int lines) => Math.Max(1, lines / sectionLines);

    /// <summary>The function of the last section, which calls that of the section before, and so on: everything is reached.</summary>
    private static string LastFunction(int lines) => $"run{SectionsFor(lines) - 1}";

    private static void AppendSection(StringBuilder text, int index, string previous)
    {
        // Every "N" that ends a name is the section's number.
        string section = Section.Replace("Section N", $"Section {index}", StringComparison.Ordinal);
        foreach (string name in new[] { "Rated", "Account", "Savings", "total", "run", "previous" })
            section = section.Replace(name + "N", name + index, StringComparison.Ordinal);
        text.Append(section).Append($"fn previous{index}(seed: int): int = {previous}\n\n");
    }
}
