using System.Diagnostics;
using System.Text;
using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Bench;

/// <summary>How fast the compiler of Tarn is, source text to module, on generated programs of several sizes: lines per second, warm.</summary>
internal static class CompilerFigures
{
    private const int Rounds = 12;

    public static int Print()
    {
        foreach (int lines in new[] { 6_250, 12_500, 25_000, 50_000, 100_000 })
            Measure(lines);
        return 0;
    }

    private static void Measure(int lines)
    {
        string text = Program(lines);
        int count = text.Count(c => c == '\n');
        var times = new List<TimeSpan>();
        for (int round = 0; round < Rounds; round++)
        {
            var stopwatch = Stopwatch.StartNew();
            CompilationResult result = TarnCompiler.Compile("generated", new SourceText("generated.tarn", text), new MemorySources(new Dictionary<string, string>()));
            times.Add(stopwatch.Elapsed);
            if (result.Module is null)
                throw new InvalidOperationException(result.RenderDiagnostics());
        }

        // The first rounds warm up.
        TimeSpan median = times[(Rounds / 3)..].Order().ElementAt(Rounds / 3);
        Console.WriteLine($"{count} lines: {median.TotalMilliseconds:F0} ms, {count / median.TotalSeconds / 1000:F0} k lines/s");
    }

    private static string Program(int lines)
    {
        var text = new StringBuilder("import std.math\n\n");
        int units = lines / UnitLines;
        for (int i = 0; i < units; i++)
            text.Append(Unit.Replace("@", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        text.Append("fn main(args: string[]): int {\n    var sum = 0L\n");
        for (int i = 0; i < units; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"    sum += compute{i}([1, 2, 3], 10) + (find{i}(args, \"a\") ?? \"\").length\n");
        return text.Append("    return sum.toInt()\n}\n").ToString();
    }

    private static readonly int UnitLines = Unit.Count(c => c == '\n') + 1;

    private const string Unit =
        """
        open class Shape@(let name: string, var weight: double = 1.5) {
            private var count = 0
            let tags: string[]

            init {
                tags = [name, "shape", "@"]
            }

            open fn area(): double = weight * @.5

            fn describe(detail: bool): string {
                count += 1
                if detail && tags.length > 2 {
                    return "${name} #@ area ${area()} seen ${count}"
                }
                return name
            }
        }

        class Round@(radius: double) : Shape@("round", radius) {
            override fn area(): double {
                let r = weight
                return r * r * 3.14159 + math.sqrt(r)
            }
        }

        // Sums what it finds.
        fn compute@(values: int[], limit: int): long {
            var total = 0L
            for j in 0..values.length {
                let value = values[j]
                if value < 0 || value > limit {
                    continue
                }
                total += value * 3 - (value >> 2) & 0xFF
                while total > 1000000L {
                    total /= 2L
                }
            }
            let shape: Shape@ = if total % 2L == 0L { Round@(2.0) } else { Shape@("plain") }
            if shape is Round@ {
                total += shape.area().toLong()
            }
            println(shape.describe(total > 5L))
            return total
        }

        fn find@(words: string[], start: string): string? {
            for word in words {
                if word.length >= start.length && word[0..start.length] == start {
                    return word
                }
            }
            return null
        }


        """;
}
