using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Packages;

/// <summary>
/// Divides what a folder holds into programs. Packages are programs of their own. Any other source names its imports from the folder of the main file that it
/// is started with, and does not say which that is: it is the nearest folder around the source from which everything is found that it imports, directly or
/// not. Where there is none it is the source's own, so that its errors are those of starting it. A source that another one imports belongs to that one's program.
/// </summary>
internal sealed class ProgramFolders(string top, SourceFiles files, DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, IReadOnlyList<ImportSyntax>> imports = new(StringComparer.Ordinal);

    /// <summary>The roots in the folder, each with the modules that belong to it. A package whose manifest is refused is reported and left out.</summary>
    /// <exception cref="IOException">A source or manifest cannot be read.</exception>
    public IReadOnlyList<(SourceRoot Root, IReadOnlyList<SourceModule> Modules)> Find()
    {
        if (SourceRoot.FindPackage(top, files) is not null)
            return Whole(top);
        string[] sources = [.. SourceRoot.SourcesIn(top).Order(StringComparer.Ordinal)];
        Dictionary<string, string> folders = FoldersOf(sources);
        var plain = sources.GroupBy(s => folders[s], StringComparer.Ordinal).Select(group => Program(SourceRoot.OfPlainFolder(group.Key, files), group));
        return [.. plain, .. SourceRoot.PackagesIn(top).Order(StringComparer.Ordinal).SelectMany(Whole)];
    }

    private IReadOnlyList<(SourceRoot Root, IReadOnlyList<SourceModule> Modules)> Whole(string folder) =>
        SourceRoot.OfFolder(folder, files, diagnostics) is { } root ? [(root, root.ModulesIn(folder))] : [];

    private static (SourceRoot Root, IReadOnlyList<SourceModule> Modules) Program(SourceRoot root, IEnumerable<string> sources) => (root, [.. sources.Select(root.Read)]);

    /// <summary>For each source the folder of its program.</summary>
    private Dictionary<string, string> FoldersOf(string[] sources)
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string source in sources)
        {
            (string folder, IReadOnlyCollection<string> imported) = ProgramOf(source);
            foreach (string file in imported)
            {
                if (!folders.TryGetValue(file, out string? known) || folder.Length < known.Length)
                    folders[file] = folder;
            }
        }

        return folders;
    }

    private (string Folder, IReadOnlyCollection<string> Imported) ProgramOf(string source)
    {
        string own = Path.GetDirectoryName(source) ?? "";
        for (string folder = own; ; folder = Path.GetDirectoryName(folder) ?? "")
        {
            if (AllFrom(folder, source) is { } imported)
                return (folder, imported);
            if (folder.Length == 0 || Folders.AreSame(folder, top))
                return (own, [source]);
        }
    }

    /// <summary>A source with all that it imports, directly or not, if that is found from a folder.</summary>
    private HashSet<string>? AllFrom(string folder, string source)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { source };
        var open = new Stack<string>(seen);
        while (open.TryPop(out string? file))
        {
            foreach (ImportSyntax import in ImportsOf(file).Where(i => !i.ModuleName.StartsWith(StandardLibrary.Prefix, StringComparison.Ordinal)))
            {
                if (FileOf(folder, import) is not { } imported)
                    return null;
                if (seen.Add(imported))
                    open.Push(imported);
            }
        }

        return seen;
    }

    private string? FileOf(string folder, ImportSyntax import) =>
        new[] { import.ModuleName, import.MemberModuleName }.OfType<string>().Select(name => DirectorySources.FileOf(folder, name)).FirstOrDefault(files.Exists);

    private IReadOnlyList<ImportSyntax> ImportsOf(string file)
    {
        if (!imports.TryGetValue(file, out IReadOnlyList<ImportSyntax>? known))
            imports.Add(file, known = ModuleParser.Parse(new SourceText(file, files.Read(file)), new DiagnosticBag())?.Imports ?? []);
        return known;
    }
}
