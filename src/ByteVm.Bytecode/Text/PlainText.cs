using System.Globalization;
using System.Text;

namespace ByteVm.Bytecode;

/// <summary>
/// Text that a program chose, as it may stand in a message or a log: what would move a terminal's cursor, change its colours, reverse the direction of
/// writing, begin a new line or is no character at all is shown as an escape, and what is longer than a message is cut.
/// </summary>
public static class PlainText
{
    public const int MaxLength = 2000;

    /// <summary>The text on one line.</summary>
    public static string Of(string text) => Escape(text, keepLines: false);

    /// <summary>The text, with its line ends: for messages that have several lines themselves.</summary>
    public static string OfLines(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        if (text.Length <= MaxLength && text.EnumerateRunes().All(rune => IsPlain(rune, keepLines)) && !text.Contains('\uFFFD'))
            return text;
        var plain = new StringBuilder();
        int at = 0;
        while (at < text.Length && plain.Length < MaxLength)
        {
            bool isCharacter = Rune.TryGetRuneAt(text, at, out Rune rune);
            if (!isCharacter || !IsPlain(rune, keepLines))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{{{(isCharacter ? rune.Value : text[at]):x}}}");
            else
                plain.Append(rune);
            at += isCharacter ? rune.Utf16SequenceLength : 1;
        }

        return at < text.Length ? plain.Append("...").ToString() : plain.ToString();
    }

    private static bool IsPlain(Rune rune, bool keepLines) => rune.Value == '\n'
        ? keepLines
        : Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);
}
