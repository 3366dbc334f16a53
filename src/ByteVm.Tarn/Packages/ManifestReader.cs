using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Generated;
using ByteVm.Tarn.Syntax;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>
/// Reads <c>tarn.toml</c>. Every key is known, or refused: a mistyped one would otherwise be a setting that is silently not made.
/// </summary>
internal sealed partial class ManifestReader
{
    private static readonly string[] Keys = ["name", "version", "entry"];

    private static readonly HashSet<string> Keywords =
        [.. Enumerable.Range(0, TarnLexer.IDENT).Select(t => TarnLexer.DefaultVocabulary.GetLiteralName(t)?.Trim('\'')).OfType<string>()];

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
        if (!ModuleParser.IsUtf8(source, diagnostics) || Parse() is not { } document)
            return null;
        if (document.HasErrors)
            return Refuse(document.Diagnostics.First());
        foreach (KeyValueSyntax pair in document.KeyValues)
            ReadTopLevel(pair);
        foreach (TableSyntaxBase table in document.Tables)
            ReadTable(table);
        string? name = Required("name", PackageName(), DiagnosticCatalog.PackageName);
        string? version = Required("version", Version(), DiagnosticCatalog.PackageVersion);
        if (values.GetValueOrDefault("entry") is { } entry && !ModuleName().IsMatch(entry.Text))
            diagnostics.Report(source, entry.Span, DiagnosticCatalog.PackageEntryName, entry.Text);
        return name is null || version is null ? null : new PackageManifest(source, folder, name, version, values.GetValueOrDefault("entry"), [.. dependencies]);
    }

    private DocumentSyntax? Parse()
    {
        try
        {
            return SyntaxParser.Parse(source.Text, source.Name);
        }
        catch (TomlException e)
        {
            int start = Math.Clamp(e.Span?.Start.Offset ?? 0, 0, source.Text.Length);
            diagnostics.Report(source, new Span(start, start + 1), DiagnosticCatalog.NestingTooDeep);
            return null;
        }
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
            AddDependency(name, path);
    }

    private void AddDependency(string name, ManifestValue path)
    {
        if (path.Text.Length == 0 || path.Text.Contains('\0'))
            diagnostics.Report(source, path.Span, DiagnosticCatalog.ManifestDependency, name);
        else
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
        if (form.IsMatch(value.Text) && value.Text != "std" && !Keywords.Contains(value.Text))
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

    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,99}\z")]
    private static partial Regex PackageName();

    /// <summary>Names with dots between.</summary>
    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]*(\.[\p{L}_][\p{L}\p{Nd}_]*)*\z")]
    private static partial Regex ModuleName();

    [GeneratedRegex(@"^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?\z")]
    private static partial Regex Version();
}
