using System.Globalization;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Diagnostics;

/// <summary>Collects the findings of one compilation, in any order; <see cref="InSourceOrder"/> sorts them.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>More findings than this help nobody; the rest is dropped.</summary>
    private const int MaximumCount = 200;

    private readonly List<Diagnostic> diagnostics = [];

    public bool HasErrors { get; private set; }

    /// <summary>Names in declarations that have syntax errors: that one of them is not found is a consequence, and not reported.</summary>
    public HashSet<string> UnparsedNames { get; } = new(StringComparer.Ordinal);

    public int Count => diagnostics.Count;

    /// <summary>Where the first of them in the text is; beyond any text when there is none.</summary>
    public int FirstPlace => diagnostics.Count == 0 ? int.MaxValue : diagnostics.Min(d => d.Span.Start);

    public void Report(SourceText? source, Span span, DiagnosticDescriptor descriptor, params object[] arguments)
    {
        HasErrors |= descriptor.Severity == Severity.Error;
        if (diagnostics.Count >= MaximumCount || IsConsequence(descriptor, arguments))
            return;
        string message = string.Format(CultureInfo.InvariantCulture, descriptor.Message, arguments);
        string? hint = descriptor.Hint is null ? null : string.Format(CultureInfo.InvariantCulture, descriptor.Hint, arguments);
        diagnostics.Add(new Diagnostic(source, span, descriptor, message, hint == "" ? null : hint));
    }

    private bool IsConsequence(DiagnosticDescriptor descriptor, object[] arguments) =>
        UnparsedNames.Count > 0 && DiagnosticCatalog.NamesNotFound.Contains(descriptor) && arguments.Any(a => UnparsedNames.Contains(a.ToString()!));

    public void Add(DiagnosticBag other)
    {
        HasErrors |= other.HasErrors;
        diagnostics.AddRange(other.diagnostics);
    }

    /// <summary>The findings by file name and place.</summary>
    public Diagnostic[] InSourceOrder() =>
        [.. diagnostics.OrderBy(d => d.Source?.Name, StringComparer.Ordinal).ThenBy(d => d.Span.Start).ThenBy(d => d.Code, StringComparer.Ordinal)];
}
