using System.Globalization;
using System.Text.Json;

namespace ByteVm.Fuzz.Json;

/// <summary>
/// std.json against System.Text.Json: both accept the same texts (no comments, no trailing commas, no duplicate names, no halves of surrogate pairs, nested at
/// most <see cref="Depth"/> deep); what is printed has the same value, number texts included, and prints as itself; errors have a place in the text.
/// </summary>
internal sealed class JsonFuzzer : ICaseFuzzer
{
    private const int Depth = 64;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Depth, AllowDuplicateProperties = false };

    private readonly FuzzGuest guest = new(
        $$"""
        import std.json

        fn check(text: string): string = try {
            let value = json.parse(text, {{Depth}})
            let compact = json.print(value)
            if json.print(json.parse(compact)) != compact {
                "~what is printed compactly is printed otherwise: " + compact
            } else if !json.parse(json.print(value, 3)).isSameAs(value) {
                "~what is printed with an indent is another value"
            } else {
                "=" + compact
            }
        } catch e: FormatException {
            "!${e.line}:${e.column}:${e.message}"
        }
        """);

    private int accepted;
    private int refused;

    public string Summary => $"{accepted} texts accepted, {refused} refused";

    public string? Run(Random random, out string input)
    {
        input = JsonTexts.Next(random);
        string answer = guest.Call<string>("check", input);
        using JsonDocument? expected = Parse(input);
        if (expected is null)
            refused++;
        else
            accepted++;
        return answer[0] switch
        {
            '=' when expected is null => "accepts what System.Text.Json refuses",
            '=' => Parse(answer[1..]) is { } printed ? Difference(expected.RootElement, printed.RootElement) : "prints what is no JSON",
            '!' => expected is not null ? $"refuses what System.Text.Json accepts: {answer}" : ProblemOfPlace(input, answer),
            _ => answer,
        };
    }

    public void Dispose() => guest.Dispose();

    private static JsonDocument? Parse(string text)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(text, Strict);
            Decode(document.RootElement);
            return document;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            return null;
        }
    }

    // Halves of surrogate pairs are found only when a string is asked for.
    private static void Decode(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            element.GetString();
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                Decode(item);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                _ = member.Name;
                Decode(member.Value);
            }
        }
    }

    private static string? Difference(JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind != actual.ValueKind)
            return $"{expected.ValueKind} became {actual.ValueKind}";
        return expected.ValueKind switch
        {
            JsonValueKind.Number => expected.GetRawText() == actual.GetRawText() ? null : $"{expected.GetRawText()} became {actual.GetRawText()}",
            JsonValueKind.String => expected.GetString() == actual.GetString() ? null : $"the string {expected.GetRawText()} became {actual.GetRawText()}",
            JsonValueKind.Array => FirstDifference(expected.EnumerateArray(), actual.EnumerateArray()),
            JsonValueKind.Object => expected.EnumerateObject().Select(m => m.Name).SequenceEqual(actual.EnumerateObject().Select(m => m.Name))
                ? FirstDifference(expected.EnumerateObject().Select(m => m.Value), actual.EnumerateObject().Select(m => m.Value))
                : "the names of members differ",
            _ => null,
        };
    }

    private static string? FirstDifference(IEnumerable<JsonElement> expected, IEnumerable<JsonElement> actual) =>
        expected.Count() != actual.Count() ? "elements are missing" : expected.Zip(actual, Difference).FirstOrDefault(d => d is not null);

    private static string? ProblemOfPlace(string text, string answer)
    {
        string[] place = answer[1..].Split(':', 3);
        int line = int.Parse(place[0], CultureInfo.InvariantCulture);
        int column = int.Parse(place[1], CultureInfo.InvariantCulture);
        string[] lines = text.Split('\n');
        return line >= 1 && line <= lines.Length && column >= 1 && column <= lines[line - 1].EnumerateRunes().Count() + 1 ? null : $"the place of the error is not in the text: {answer}";
    }
}
