using System.Globalization;
using System.Text;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Diagnostics;

/// <summary>One finding of the compiler, at its place in a source.</summary>
/// <param name="Source">The source, or null when the finding has no place (a missing entry point).</param>
/// <param name="Span">The place in the source.</param>
/// <param name="Descriptor">Its kind.</param>
/// <param name="Message">The message, arguments filled in.</param>
/// <param name="Hint">What to do about it, or null.</param>
public sealed record Diagnostic(SourceText? Source, Span Span, DiagnosticDescriptor Descriptor, string Message, string? Hint)
{
    /// <summary>The stable code, such as <c>TARN0101</c>.</summary>
    public string Code => Descriptor.Code;

    /// <summary>Whether it prevents a module.</summary>
    public Severity Severity => Descriptor.Severity;

    /// <summary>
    /// The finding as shown to the user: <c>file:line:column: error CODE: message</c>, the source line with the place underlined, and the hint.
    /// </summary>
    public string Render()
    {
        var text = new StringBuilder();
        string severity = Severity == Severity.Error ? "error" : "warning";
        if (Source is not null)
            text.Append(CultureInfo.InvariantCulture, $"{Source.Name}:{Source.LineOf(Span.Start)}:{Source.ColumnOf(Span.Start)}: ");
        text.Append(CultureInfo.InvariantCulture, $"{severity} {Code}: {Message}\n");
        if (Source is not null)
            RenderSourceLine(text, Source);
        if (Hint is not null)
            text.Append(CultureInfo.InvariantCulture, $"  hint: {Hint}\n");
        return text.ToString();
    }

    private void RenderSourceLine(StringBuilder text, SourceText source)
    {
        int line = source.LineOf(Span.Start);
        int column = Span.Start - source.LineStart(line);
        ReadOnlySpan<char> content = source.Line(line);
        string number = line.ToString(CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"  {number} | ").Append(Printable(content)).Append('\n');
        text.Append(' ', number.Length + 2).Append(" | ");
        for (int i = 0; i < column; i++)
            AppendBlank(text, i < content.Length ? content[i] : ' ');
        int length = Math.Clamp(Span.End - Span.Start, 1, Math.Max(1, content.Length - column));
        text.Append('^').Append('~', length - 1).Append('\n');
    }

    /// <summary>Half of a surrogate pair stands where a source is no UTF-8: it becomes the sign for what cannot be shown.</summary>
    private static string Printable(ReadOnlySpan<char> content)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(content)];
        Encoding.UTF8.GetBytes(content, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    // Tabs stay tabs, so that the caret stands under its character whatever the tab width.
    private static void AppendBlank(StringBuilder text, char above)
    {
        if (!char.IsLowSurrogate(above))
            text.Append(above == '\t' ? '\t' : ' ');
    }
}
