using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>
/// The modules of packages. A module's name begins with its package's: <c>shapes.round</c> is <c>round.tarn</c> in the folder of the package
/// shapes, and <c>shapes</c> is <c>shapes.tarn</c> there. Names are the same inside and outside of a package, so a module has one name only.
/// </summary>
internal sealed class PackageSources(PackageGraph graph, SourceFiles files) : ISourceProvider
{
    public SourceText? Find(string moduleName)
    {
        string file = FileOf(moduleName);
        return graph.Packages.ContainsKey(Split(moduleName).Package) && files.TryRead(file) is { } text ? new SourceText(file, text) : null;
    }

    public string FileOf(string moduleName)
    {
        (string package, string module) = Split(moduleName);
        return graph.Packages.TryGetValue(package, out PackageManifest? manifest) ? manifest.FileOf(module) : moduleName.Replace('.', '/') + ".tarn";
    }

    public string? VersionOf(string package) => graph.Packages.TryGetValue(package, out PackageManifest? manifest) ? manifest.Version : null;

    /// <summary>The package that must be added to the dependencies of another, for a module of that to import <paramref name="imported"/>.</summary>
    public string? MissingDependency(string importer, string imported)
    {
        string package = Split(imported).Package;
        return graph.Packages.TryGetValue(Split(importer).Package, out PackageManifest? from) && graph.Packages.ContainsKey(package) && from.Name != package
            && from.Dependencies.All(d => d.Name != package) ? package : null;
    }

    private static (string Package, string Module) Split(string moduleName)
    {
        int dot = moduleName.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? (moduleName, moduleName) : (moduleName[..dot], moduleName[(dot + 1)..]);
    }
}
