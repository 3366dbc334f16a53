using System.Collections.Immutable;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>What a package's <c>tarn.toml</c> says.</summary>
/// <param name="Source">The file.</param>
/// <param name="Folder">The folder it stands in, where the package's modules are.</param>
/// <param name="Version">Three numbers with dots, as of semantic versioning; an addition behind '-' or '+' is possible.</param>
/// <param name="Entry">The module, as named from the folder, with the main function; null in a library.</param>
internal sealed record PackageManifest(SourceText Source, string Folder, string Name, string Version, ManifestValue? Entry, ImmutableArray<PackageDependency> Dependencies)
{
    public const string FileName = "tarn.toml";

    /// <summary>The file of a module named from the folder: <c>a.b</c> is <c>a/b.tarn</c>.</summary>
    public string FileOf(string module) => Path.Combine(Folder, module.Replace('.', Path.DirectorySeparatorChar) + ".tarn");
}

/// <summary>A text of a manifest and its place.</summary>
internal sealed record ManifestValue(string Text, Span Span);

/// <summary>A package that another needs.</summary>
/// <param name="Path">Its folder, from the folder of the package that needs it.</param>
internal sealed record PackageDependency(string Name, ManifestValue Path);
