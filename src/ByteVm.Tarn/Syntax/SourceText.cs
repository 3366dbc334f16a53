namespace ByteVm.Tarn.Syntax;

/// <summary>One source file: its name as shown to the user, its text, and where its lines start.</summary>
public sealed class SourceText
{
    private readonly int[] lineStarts;

    /// <summary>Wraps <paramref name="text"/>; <paramref name="name"/> is what diagnostics and stack traces show.</summary>
    public SourceText(string name, string text)
    {
        Name = name;
        Text = text;
        lineStarts = FindLineStarts(text);
    }

    /// <summary>The name shown to the user, usually a path.</summary>
    public string Name { get; }

    /// <summary>The whole text.</summary>
    public string Text { get; }

    /// <summary>The number of lines; an empty text has one.</summary>
    public int LineCount => lineStarts.Length;

    /// <summary>The line of an offset, counted from 1.</summary>
    public int LineOf(int offset)
    {
        int index = Array.BinarySearch(lineStarts, offset);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>The column of an offset in Unicode scalars, counted from 1.</summary>
    public int ColumnOf(int offset)
    {
        int column = 1;
        for (int i = lineStarts[LineOf(offset) - 1]; i < offset && i < Text.Length; i++)
        {
            if (!char.IsLowSurrogate(Text[i]))
                column++;
        }

        return column;
    }

    /// <summary>The text of a line (counted from 1) without its line break.</summary>
    public ReadOnlySpan<char> Line(int line)
    {
        int end = line < lineStarts.Length ? lineStarts[line] : Text.Length;
        return Text.AsSpan(lineStarts[line - 1]..end).TrimEnd("\r\n");
    }

    /// <summary>The offset at which a line (counted from 1) starts.</summary>
    public int LineStart(int line) => lineStarts[line - 1];

    private static int[] FindLineStarts(string text)
    {
        var starts = new List<int>(text.Length / 32 + 1) { 0 };
        for (int i = text.IndexOf('\n'); i >= 0; i = text.IndexOf('\n', i + 1))
            starts.Add(i + 1);
        return [.. starts];
    }
}
