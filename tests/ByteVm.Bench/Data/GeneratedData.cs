using System.Globalization;
using System.Text;

namespace ByteVm.Bench.Data;

/// <summary>Texts of any size, the same in every run.</summary>
internal static class GeneratedData
{
    private const int Seed = 20260101;
    private const int Vocabulary = 50_000;

    private static readonly string[] syllables = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sta", "tre", "vin", "zon", "é", "ü"];

    /// <summary>Lines of words of which, as in languages, few are frequent: the rank of a word is exponential in a uniform number.</summary>
    public static void WriteText(string file, long bytes)
    {
        var random = new Random(Seed);
        string[] words = [.. Enumerable.Range(0, Vocabulary).Select(_ => Word(random))];
        using var writer = new StreamWriter(file, append: false, new UTF8Encoding(false), 1 << 20);
        int column = 0;
        while (writer.BaseStream.Position < bytes)
        {
            string word = words[(int)Math.Pow(Vocabulary, random.NextDouble()) - 1];
            writer.Write(column == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            column += word.Length + 1;
            writer.Write(column > 80 ? ".\n" : random.Next(10) == 0 ? ", " : " ");
            column = column > 80 ? 0 : column;
        }
    }

    /// <summary>An array of records with members of every kind; texts begin with an ASCII letter, one in twenty has an escape.</summary>
    public static void WriteJson(string file, long bytes)
    {
        var random = new Random(Seed);
        using var writer = new StreamWriter(file, append: false, new UTF8Encoding(false), 1 << 20);
        writer.Write("[\n");
        for (int id = 0; writer.BaseStream.Position < bytes; id++)
            writer.Write((id == 0 ? "" : ",\n") + Record(random, id));
        writer.Write("\n]\n");
    }

    private static string Record(Random random, int id) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"id": {{id}}, "name": "{{Sentence(random, 2)}}", "text": "{{Sentence(random, 8)}}", "isOpen": {{(random.Next(2) == 0 ? "true" : "false")}}, "tags": [{{string.Join(", ", Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{Sentence(random, 1)}\""))}}], "place": {"x": {{random.NextDouble() * 1000:0.000000}}, "y": {{-random.NextDouble():0.0000e+00}}}, "next": {{(random.Next(4) == 0 ? "null" : random.Next(1_000_000))}}}
        """);

    private static string Sentence(Random random, int words) =>
        "a" + string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(random))) + (random.Next(20) == 0 ? "\\n\\u00e4" : "");

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => syllables[random.Next(syllables.Length)]));
}
