using Antlr4.Runtime;
using static ByteVm.Tarn.Generated.TarnLexer;

namespace ByteVm.Tarn.Syntax;

/// <summary>
/// The <c>///</c> comments of a module, by the token that follows them. Consecutive lines are one comment; an empty line after it cuts it off from
/// what follows. Such a comment at the head of the file, or one before an import, is the module's own.
/// </summary>
internal sealed class DocumentationComments(SourceText source)
{
    private readonly Dictionary<int, string> byPlace = [];
    private readonly List<string> pending = [];
    private bool atHead = true;

    /// <summary>What describes the module; null when nothing does.</summary>
    public string? OfModule { get; private set; }

    /// <summary>The comment directly before a token.</summary>
    public string? Of(IToken token) => byPlace.GetValueOrDefault(token.StartIndex);

    /// <summary>Takes a token that the parser does not see.</summary>
    public void Note(IToken token)
    {
        if (token.Type == LINE_COMMENT)
            NoteComment(source.Text.AsSpan(token.StartIndex..(token.StopIndex + 1)));
        else if (token.Type == NEWLINE && pending.Count > 0 && source.LineOf(token.StopIndex + 1) > source.LineOf(token.StartIndex) + 1)
            CutOff();
    }

    /// <summary>Gives the comment before a token to it.</summary>
    public void Attach(IToken token)
    {
        if (pending.Count > 0 && token.Type == IMPORT)
            CutOff();
        else if (pending.Count > 0)
            byPlace.TryAdd(token.StartIndex, Take());
        atHead = false;
    }

    private void NoteComment(ReadOnlySpan<char> comment)
    {
        if (!comment.StartsWith("///") || comment.StartsWith("////"))
            return;
        ReadOnlySpan<char> line = comment[3..];
        pending.Add((line.StartsWith(" ") ? line[1..] : line).TrimEnd().ToString());
    }

    private void CutOff()
    {
        string text = Take();
        if (atHead)
            OfModule ??= text;
    }

    private string Take()
    {
        string text = string.Join('\n', pending);
        pending.Clear();
        return text;
    }
}
