using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Packages;

namespace ByteVm.Tarn;

/// <summary>The modules of a source, of a folder with its folders, or of a package, under the names by which they are imported.</summary>
/// <param name="Modules">In order of their files; null when a manifest was refused.</param>
/// <param name="Diagnostics">What is wrong with the manifest.</param>
public sealed record SourceListing(IReadOnlyList<SourceModule>? Modules, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Lists what a path names.</summary>
    /// <exception cref="IOException">There is no such file or folder, or it cannot be read.</exception>
    public static SourceListing Of(string path)
    {
        var diagnostics = new DiagnosticBag();
        IReadOnlyList<SourceModule>? modules = SourceRoot.Of(path, new SourceFiles(), diagnostics)?.ModulesOf(path);
        return new SourceListing(modules, diagnostics.InSourceOrder());
    }

    /// <summary>All findings as shown to the user.</summary>
    public string RenderDiagnostics() => string.Concat(Diagnostics.Select(d => d.Render()));
}
