using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>From where the modules of a program are named: a plain folder, or the package that a source belongs to.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Package">The package; null for a plain folder.</param>
/// <param name="Sources">Finds what modules beneath the folder import.</param>
/// <param name="Files">What everything is read through.</param>
internal sealed record SourceRoot(string Folder, PackageManifest? Package, ISourceProvider Sources, SourceFiles Files)
{
    /// <summary>The root of a source or a folder.</summary>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static SourceRoot? Of(string path, SourceFiles files, DiagnosticBag diagnostics) =>
        Directory.Exists(path) ? OfFolder(path, files, diagnostics) : OfFile(path, files, diagnostics);

    /// <summary>
    /// The root of a source. It belongs to a package when a manifest stands in its folder or one above; else its folder is the root. Null when
    /// the manifest was refused.
    /// </summary>
    /// <exception cref="IOException">The manifest cannot be read.</exception>
    public static SourceRoot? OfFile(string path, SourceFiles files, DiagnosticBag diagnostics)
    {
        string folder = Path.GetDirectoryName(path) ?? "";
        return FindPackage(folder, files) is { } package ? OfPackage(package, files, diagnostics) : OfPlainFolder(folder, files);
    }

    /// <summary>The root of all that a folder holds: the package that it or a folder above it is, or itself.</summary>
    public static SourceRoot? OfFolder(string folder, SourceFiles files, DiagnosticBag diagnostics) =>
        FindPackage(folder, files) is { } package ? OfPackage(package, files, diagnostics) : OfPlainFolder(folder, files);

    /// <summary>The name of a module by its file, as imports have it.</summary>
    public string ModuleNameOf(string file)
    {
        string relative = Path.ChangeExtension(Path.GetRelativePath(Folder.Length == 0 ? "." : Folder, file), null);
        string name = relative.Replace(Path.DirectorySeparatorChar, '.');
        return Package is null || name == Package.Name ? name : $"{Package.Name}.{name}";
    }

    public SourceModule Read(string file) => new(ModuleNameOf(file), new SourceText(file, Files.Read(file)));

    /// <summary>The modules that a path names: a source's own, or all in a folder.</summary>
    public IReadOnlyList<SourceModule> ModulesOf(string path) => Directory.Exists(path) ? ModulesIn(path) : [Read(path)];

    /// <summary>All modules in a folder and its folders, by name of file, but not those of a package within.</summary>
    public List<SourceModule> ModulesIn(string folder) => [.. SourcesIn(folder).Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The sources in a folder and its folders that are no packages.</summary>
    public static IEnumerable<string> SourcesIn(string folder) => FoldersIn(folder).SelectMany(f => Directory.EnumerateFiles(f, "*.tarn")).Select(Folders.Shorten);

    /// <summary>The outermost packages below a folder.</summary>
    public static IEnumerable<string> PackagesIn(string folder) => FoldersIn(folder).SelectMany(Directory.EnumerateDirectories).Where(IsPackage).Select(Folders.Shorten);

    private static IEnumerable<string> FoldersIn(string folder)
    {
        string named = folder.Length == 0 ? "." : folder;
        return Directory.EnumerateDirectories(named).Where(d => !IsPackage(d)).SelectMany(FoldersIn).Prepend(named);
    }

    private static bool IsPackage(string folder) => File.Exists(Path.Combine(folder, PackageManifest.FileName));

    /// <summary>A folder that belongs to no package.</summary>
    public static SourceRoot OfPlainFolder(string folder, SourceFiles files) => new(folder, null, new DirectorySources(folder, files), files);

    private static SourceRoot? OfPackage(string folder, SourceFiles files, DiagnosticBag diagnostics) =>
        PackageGraph.Load(folder, files, diagnostics) is { } graph ? new SourceRoot(folder, graph.Root, new PackageSources(graph, files), files) : null;

    /// <summary>The folder of the package that a folder belongs to, or null.</summary>
    public static string? FindPackage(string folder, SourceFiles files)
    {
        for (string? above = Folders.Absolute(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            if (files.Exists(Path.Combine(above, PackageManifest.FileName)))
                return Path.IsPathRooted(folder) ? above : Folders.Shorten(Path.GetRelativePath(".", above));
        }

        return null;
    }
}
