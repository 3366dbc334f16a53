using System.Text;
using ByteVm.Fuzz.Modules;

namespace ByteVm.Fuzz.Csv;

/// <summary>
/// std.csv: a random table comes back as it was, also from a source that gives few bytes at a time; a text that was changed gives a table, which comes back
/// when it is printed, or an error with a place.
/// </summary>
internal sealed class CsvFuzzer : ICaseFuzzer
{
    private readonly FuzzGuest guest = new(
        """
        import std.collections.{List}
        import std.csv
        import std.io
        import std.text as texts

        class Trickle(private let source: io.Source, private let most: int) : io.Source {
            fn read(bytes: byte[], from: int, count: int): int = source.read(bytes, from, if count < most { count } else { most })

            fn close() {
            }
        }

        // Of each row the count of its fields, then these.
        private fn flatten(rows: csv.CsvReader): string[] {
            let all = List<string>()
            for row in rows {
                all.add("${row.count()}")
                all.addAll(row.fields)
            }
            return all.toArray()
        }

        fn parse(bytes: byte[], separator: int, most: int): string[] = try {
            flatten(csv.CsvReader(Trickle(io.ByteSource(bytes), most), separator.toChar()))
        } catch e: FormatException {
            ["!", if e.line > 0 && e.column > 0 { e.message } else { "~no place: " + e.message }]
        }

        fn print(cells: string[], width: int, separator: int): byte[] {
            let sink = io.ByteSink()
            let writer = io.Writer(sink)
            let table = csv.CsvWriter(writer, separator.toChar())
            for start in 0..cells.length by width {
                table.writeRow(new string[width](i => cells[start + i]))
            }
            writer.flush()
            return sink.bytes()
        }
        """);

    private static readonly string[] Characters = ["a", "b", " ", "ä", "😀", ",", ";", "\t", "|", "\"", "\"", "\r", "\n"];

    private int tables;
    private int errors;

    public string Summary => $"{tables} tables, {errors} errors";

    public string? Run(Random random, out string input)
    {
        int separator = ",;\t|a"[random.Next(5)];
        int width = random.Next(1, 6);
        string[] cells = [.. Enumerable.Range(0, width * random.Next(6)).Select(_ => Cell(random))];
        byte[] bytes = guest.Call<byte[]>("print", cells, width, separator);
        input = Encoding.UTF8.GetString(bytes);
        if (!Parse(random, bytes, separator).SequenceEqual(cells.Chunk(width).SelectMany(row => row.Prepend($"{width}"))))
            return "a table does not come back";
        byte[] changed = ByteMutator.Mutate([.. bytes, (byte)separator], random);
        input = Encoding.UTF8.GetString(changed);
        return ProblemOf(random, changed, separator);
    }

    public void Dispose() => guest.Dispose();

    private string? ProblemOf(Random random, byte[] bytes, int separator)
    {
        string[] table = Parse(random, bytes, separator);
        if (!table.SequenceEqual(Parse(random, bytes, separator)))
            return "the size of the pieces read matters";
        if (table.Length > 0 && table[0] == "!")
        {
            errors++;
            return table[1][0] == '~' ? table[1] : null;
        }

        tables++;
        if (table.Length == 0)
            return null;
        int width = int.Parse(table[0], System.Globalization.CultureInfo.InvariantCulture);
        string[] cells = [.. table.Where((_, i) => i % (width + 1) != 0)];
        byte[] printed = guest.Call<byte[]>("print", cells, width, separator);
        return Parse(random, printed, separator).SequenceEqual(table) ? null : "the table of a changed text does not come back";
    }

    private string[] Parse(Random random, byte[] bytes, int separator) =>
        guest.Call<string[]>("parse", bytes, separator, random.Next(3) == 0 ? int.MaxValue : random.Next(1, 9));

    private static string Cell(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(random.Next(50) == 0 ? 30_000 : 8); i > 0; i--)
            text.Append(Characters[random.Next(Characters.Length)]);
        return text.ToString();
    }
}
