using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>A package with all that it needs, directly or not. There is one package of a name, and none needs itself.</summary>
internal sealed class PackageGraph
{
    private readonly Dictionary<string, PackageManifest> packages = new(StringComparer.Ordinal);
    private readonly List<PackageManifest> path = [];
    private readonly SourceFiles files;
    private readonly DiagnosticBag diagnostics;

    private PackageGraph(SourceFiles files, DiagnosticBag diagnostics, PackageManifest root)
    {
        this.files = files;
        this.diagnostics = diagnostics;
        Root = root;
    }

    public PackageManifest Root { get; }

    public IReadOnlyDictionary<string, PackageManifest> Packages => packages;

    /// <summary>The graph of the package in a folder, or null when something was reported.</summary>
    /// <exception cref="IOException">A manifest cannot be read.</exception>
    public static PackageGraph? Load(string folder, SourceFiles files, DiagnosticBag diagnostics)
    {
        var own = new DiagnosticBag();
        PackageGraph? graph = ManifestReader.Read(folder, files, own) is { } root ? new PackageGraph(files, own, root) : null;
        graph?.Visit(graph.Root);
        diagnostics.Add(own);
        return own.HasErrors ? null : graph;
    }

    private void Visit(PackageManifest package)
    {
        packages.Add(package.Name, package);
        path.Add(package);
        foreach (PackageDependency dependency in package.Dependencies)
            Visit(package, dependency);
        path.RemoveAt(path.Count - 1);
    }

    private void Visit(PackageManifest package, PackageDependency dependency)
    {
        string folder = Folders.Below(package.Folder, dependency.Path.Text);
        if (path.FindIndex(p => Folders.AreSame(p.Folder, folder)) is >= 0 and var first)
            Report(package, dependency, DiagnosticCatalog.PackageCycle, string.Join(" → ", path.Skip(first).Append(path[first]).Select(p => p.Name)));
        else if (!files.Exists(Path.Combine(folder, PackageManifest.FileName)))
            Report(package, dependency, DiagnosticCatalog.PackageMissing, folder);
        else if (packages.TryGetValue(dependency.Name, out PackageManifest? known))
            CheckSame(package, dependency, known, folder);
        else if (ManifestReader.Read(folder, files, diagnostics) is { } found)
            Accept(package, dependency, found);
    }

    private void CheckSame(PackageManifest package, PackageDependency dependency, PackageManifest known, string folder)
    {
        if (!Folders.AreSame(known.Folder, folder))
            Report(package, dependency, DiagnosticCatalog.PackageClash, dependency.Name, known.Folder, folder);
    }

    private void Accept(PackageManifest package, PackageDependency dependency, PackageManifest found)
    {
        if (found.Name == dependency.Name)
            Visit(found);
        else
            Report(package, dependency, DiagnosticCatalog.PackageNameDiffers, found.Folder, found.Name, dependency.Name);
    }

    private void Report(PackageManifest package, PackageDependency dependency, DiagnosticDescriptor descriptor, params object[] arguments) =>
        diagnostics.Report(package.Source, dependency.Path.Span, descriptor, arguments);
}
