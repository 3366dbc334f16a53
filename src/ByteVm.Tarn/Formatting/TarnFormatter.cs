using System.Collections.Immutable;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Formatting;

/// <summary>A source in the one style, or why it has none.</summary>
/// <param name="Text">The formatted source; null when there are errors of syntax.</param>
/// <param name="Diagnostics">Those errors.</param>
public sealed record FormatResult(string? Text, ImmutableArray<Diagnostic> Diagnostics);

/// <summary>
/// The formatter of Tarn. Where lines end is the author's choice; everything else is not: indentation, spaces, blank lines, the
/// place of braces. That is the division of gofmt, and for the same reason: what a line is about is known to who wrote it, and a formatter
/// that only places tokens can lose none, comments included.
/// <para>It is idempotent, and it changes no program: the tokens of the result are those of the source, which is checked each time.</para>
/// </summary>
public static class TarnFormatter
{
    /// <summary>Formats a module.</summary>
    /// <exception cref="InvalidOperationException">The result would be another program: an error in the formatter. Nothing is lost.</exception>
    public static FormatResult Format(SourceText source)
    {
        var diagnostics = new DiagnosticBag();
        if (ModuleParser.Parse(source, diagnostics) is null)
            return new FormatResult(null, [.. diagnostics.InSourceOrder()]);
        List<FormattedToken> tokens = FormattedToken.Read(source);
        BlockBreaks.Add(tokens);
        string text = new SourceWriter(tokens).Write();
        if (!FormattedToken.Read(new SourceText(source.Name, text)).Select(Essence).SequenceEqual(tokens.Select(Essence)))
            throw new InvalidOperationException($"formatting {source.Name} would change the program; it is left as it is");
        return new FormatResult(text, []);
    }

    /// <summary>What formatting must not change.</summary>
    private static (int Type, string Text, bool StartsStatement) Essence(FormattedToken token) => (token.Type, token.Text, token.StartsStatement);
}
