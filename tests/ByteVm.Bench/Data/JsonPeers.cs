using System.Text.Json;
using System.Text.Json.Nodes;

namespace ByteVm.Bench.Data;

/// <summary>System.Text.Json parses a document, and every value is visited: both forms leave work until somebody asks for a value.</summary>
internal static class JsonPeers
{
    public static long RunDocument(byte[] document)
    {
        using JsonDocument parsed = JsonDocument.Parse(document);
        return Visit(parsed.RootElement);
    }

    public static long RunNode(byte[] document) => Visit(JsonNode.Parse(document));

    private static long Visit(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => 7 + value.EnumerateObject().Sum(m => m.Name.Length + Visit(m.Value)),
        JsonValueKind.Array => 6 + value.EnumerateArray().Sum(Visit),
        JsonValueKind.String => OfText(value.GetString()!),
        JsonValueKind.Number => 4 + value.GetRawText().Length,
        JsonValueKind.True => 2,
        JsonValueKind.False => 3,
        _ => 1,
    };

    private static long Visit(JsonNode? value) => value switch
    {
        JsonObject members => 7 + members.Sum(m => m.Key.Length + Visit(m.Value)),
        JsonArray items => 6 + items.Sum(Visit),
        JsonValue leaf => Visit(leaf.GetValue<JsonElement>()),
        _ => 1,
    };

    private static long OfText(string text) => text.Length == 0 ? 5 : 5 + text[0];
}
