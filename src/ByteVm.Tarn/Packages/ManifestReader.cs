using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>
/// Reads <c>tarn.toml</c>. Every key is known, or refused: a mistyped one would otherwise be a setting that is silently not made.
/// </summary>
internal sealed partial class ManifestReader
{
    private static readonly string[] Keys = ["name", "version", "entry"];

    private const string DependencyTable = "dependencies";

    private readonly SourceText source;
    private readonly DiagnosticBag diagnostics;
    private readonly Dictionary<string, ManifestValue?> values = new(StringComparer.Ordinal);
    private readonly List<PackageDependency> dependencies = [];

    private ManifestReader(SourceText source, DiagnosticBag diagnostics)
    {
        this.source = source;
        this.diagnostics = diagnostics;
    }

    /// <summary>The manifest of a folder; null when it was refused. It must exist.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PackageManifest? Read(string folder, SourceFiles files, DiagnosticBag diagnostics)
    {
        string path = Path.Combine(folder, PackageManifest.FileName);
        return Read(folder, new SourceText(path, files.Read(path)), diagnostics);
    }

    /// <param name="folder">The one that it stands for.</param>
    public static PackageManifest? Read(string folder, SourceText source, DiagnosticBag diagnostics)
    {
        var own = new DiagnosticBag();
        PackageManifest? manifest = new ManifestReader(source, own).Read(folder);
        diagnostics.Add(own);
        return own.HasErrors ? null : manifest;
    }

    private PackageManifest? Read(string folder)
    {
        DocumentSyntax document = SyntaxParser.Parse(source.Text, source.Name);
        if (document.HasErrors)
            return Refuse(document.Diagnostics.First());
        foreach (KeyValueSyntax pair in document.KeyValues)
            ReadTopLevel(pair);
        foreach (TableSyntaxBase table in document.Tables)
            ReadTable(table);
        string? name = Required("name", PackageName(), DiagnosticCatalog.PackageName);
        string? version = Required("version", Version(), DiagnosticCatalog.PackageVersion);
        return name is null || version is null ? null : new PackageManifest(source, folder, name, version, values.GetValueOrDefault("entry"), [.. dependencies]);
    }

    /// <summary>What the parser says after its first error is mostly about that.</summary>
    private PackageManifest? Refuse(DiagnosticMessage error)
    {
        Report(error.Span, DiagnosticCatalog.ManifestSyntax, error.Message.TrimEnd('.'));
        return null;
    }

    private void ReadTopLevel(KeyValueSyntax pair)
    {
        string key = KeyOf(pair.Key!);
        if (!Keys.Contains(key))
            Report(pair.Key!.Span, DiagnosticCatalog.ManifestKeyUnknown, key, string.Join(", ", Keys));
        else
            values[key] = TextOf(pair);
    }

    private void ReadTable(TableSyntaxBase table)
    {
        string name = KeyOf(table.Name!);
        if (name != DependencyTable || table is TableArraySyntax)
        {
            Report(table.Name!.Span, DiagnosticCatalog.ManifestKeyUnknown, name, DependencyTable);
            return;
        }

        foreach (KeyValueSyntax pair in table.Items.OfType<KeyValueSyntax>())
            ReadDependency(pair);
    }

    private void ReadDependency(KeyValueSyntax pair)
    {
        string name = KeyOf(pair.Key!);
        KeyValueSyntax[] settings = pair.Value is InlineTableSyntax table ? [.. table.Items.Select(i => i.KeyValue!)] : [];
        if (settings is not [var only] || KeyOf(only.Key!) != "path")
            Report(pair.Value!.Span, DiagnosticCatalog.ManifestDependency, name);
        else if (TextOf(only) is { } path)
            dependencies.Add(new PackageDependency(name, path));
    }

    private ManifestValue? TextOf(KeyValueSyntax pair)
    {
        if (pair.Value is StringValueSyntax { Value: { } text })
            return new ManifestValue(text, SpanOf(pair.Value.Span));
        Report(pair.Value!.Span, DiagnosticCatalog.ManifestValue, KeyOf(pair.Key!));
        return null;
    }

    private string? Required(string key, Regex form, DiagnosticDescriptor malformed)
    {
        if (!values.TryGetValue(key, out ManifestValue? value))
            diagnostics.Report(source, new Span(0, 0), DiagnosticCatalog.ManifestKeyMissing, key);
        if (value is null)
            return null;
        if (form.IsMatch(value.Text) && value.Text != "std")
            return value.Text;
        diagnostics.Report(source, value.Span, malformed, value.Text);
        return null;
    }

    private void Report(SourceSpan place, DiagnosticDescriptor descriptor, params object[] arguments) => diagnostics.Report(source, SpanOf(place), descriptor, arguments);

    /// <summary>TOML's ends are inclusive.</summary>
    private Span SpanOf(SourceSpan span)
    {
        int start = Math.Clamp(span.Start.Offset, 0, source.Text.Length);
        return new Span(start, Math.Clamp(span.End.Offset + 1, start, source.Text.Length));
    }

    private static string KeyOf(KeySyntax key) => string.Concat(KeyOf(key.Key!), string.Concat(key.DotKeys.Select(d => "." + KeyOf(d.Key!))));

    private static string KeyOf(BareKeyOrStringValueSyntax key) => key is StringValueSyntax text ? text.Value ?? "" : key.ToString().Trim();

    [GeneratedRegex(@"^[a-z_][a-z0-9_]*\z")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?\z")]
    private static partial Regex Version();
}
