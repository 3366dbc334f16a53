using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn;

/// <summary>Where the modules of a program come from. The compiler itself reads no files.</summary>
public interface ISourceProvider
{
    /// <summary>The source of a module named as in an import (<c>geometry.shapes</c>), or null when there is none.</summary>
    SourceText? Find(string moduleName);

    /// <summary>The file in which <see cref="Find"/> looks, for messages.</summary>
    string FileOf(string moduleName) => moduleName.Replace('.', '/') + ".tarn";

    /// <summary>The package that the importing module's package has not declared as a dependency; null when the import is allowed.</summary>
    string? MissingDependency(string importer, string imported) => null;

    /// <summary>The version of a package whose modules this finds; null for what is no package.</summary>
    string? VersionOf(string package) => null;
}

/// <summary>Modules held in memory, by module name.</summary>
public sealed class MemorySources(IReadOnlyDictionary<string, string> modules) : ISourceProvider
{
    /// <inheritdoc/>
    public SourceText? Find(string moduleName) =>
        modules.TryGetValue(moduleName, out string? text) ? new SourceText(moduleName.Replace('.', '/') + ".tarn", text) : null;
}

/// <summary>Modules as files: <c>a.b</c> is <c>a/b.tarn</c> beneath a root folder.</summary>
public sealed class DirectorySources(string root, SourceFiles files) : ISourceProvider
{
    /// <summary>Modules beneath a folder, read from the disk.</summary>
    public DirectorySources(string root)
        : this(root, new SourceFiles())
    {
    }

    /// <inheritdoc/>
    public SourceText? Find(string moduleName)
    {
        string path = FileOf(root, moduleName);
        return files.TryRead(path) is { } text ? new SourceText(path, text) : null;
    }

    internal static string FileOf(string root, string moduleName) => Path.Combine(root, moduleName.Replace('.', Path.DirectorySeparatorChar) + ".tarn");
}
