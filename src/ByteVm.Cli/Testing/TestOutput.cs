using Spectre.Console;

namespace ByteVm.Cli.Testing;

internal enum Emphasis { None, Heading, Good, Bad, Faint }

/// <summary>Lines of text: coloured where somebody watches, else as they stand.</summary>
internal abstract class TestOutput
{
    public static TestOutput To(TextWriter output) =>
        output == Console.Out && !Console.IsOutputRedirected ? new ColouredOutput() : new PlainOutput(output);

    public abstract void Write(string text, Emphasis emphasis = Emphasis.None);

    public void WriteLine(string text = "", Emphasis emphasis = Emphasis.None) => Write(text + "\n", emphasis);

    private sealed class PlainOutput(TextWriter output) : TestOutput
    {
        public override void Write(string text, Emphasis emphasis) => output.Write(text);
    }

    private sealed class ColouredOutput : TestOutput
    {
        public override void Write(string text, Emphasis emphasis) => AnsiConsole.Write(new Text(text, StyleOf(emphasis)));

        private static Style StyleOf(Emphasis emphasis) => emphasis switch
        {
            Emphasis.Heading => new Style(decoration: Decoration.Bold),
            Emphasis.Good => new Style(Color.Green),
            Emphasis.Bad => new Style(Color.Red, decoration: Decoration.Bold),
            Emphasis.Faint => new Style(decoration: Decoration.Dim),
            _ => Style.Plain,
        };
    }
}
