namespace ByteVm.Runtime.Execution.Imports.Files;

/// <summary>A granted folder. Its own path is resolved once, when the instance first touches a file; links in it are the grantor's affair.</summary>
internal sealed class FileRoot
{
    private const int MaxLinks = 40;

    private readonly string capability;

    /// <summary>The folder as written, made absolute: what guests' paths are compared with.</summary>
    private readonly string named;

    /// <summary>Where it really is, without links.</summary>
    private readonly string real;

    public FileRoot(FileGrant grant, string workingDirectory)
    {
        capability = grant.Capability;
        named = Path.TrimEndingDirectorySeparator(Path.GetFullPath(grant.Folder, workingDirectory));
        real = RealPath(named);
        Folder = OperatingSystem.IsLinux() ? new LinuxFolder(real) : new PortableFolder(real);
    }

    /// <summary>Where the operations happen.</summary>
    public IFolder Folder { get; }

    public bool Grants(string wanted) => capability == wanted;

    public bool Contains(string full) => IsBeneath(full, named);

    /// <summary>The real path of a file that this root contains, or null when a link on the way leads out of it.</summary>
    public string? Follow(string full) => Follow(real, full[named.Length..], mayLeave: false);

    /// <summary>A path that <see cref="Follow(string)"/> gave, as <see cref="Folder"/> takes it.</summary>
    public string Relative(string path) => Path.GetRelativePath(real, path);

    private static string RealPath(string path)
    {
        string top = Path.GetPathRoot(path)!;
        return Follow(top, path[top.Length..], mayLeave: true) ?? path;
    }

    /// <summary>Goes down from <paramref name="start"/> component by component, replacing each symbolic link by what it names.</summary>
    /// <returns>Null when there are too many links, or one leaves <paramref name="start"/> and must not.</returns>
    internal static string? Follow(string start, string below, bool mayLeave)
    {
        string path = start;
        int links = 0;
        Stack<string> rest = Components(below);
        while (rest.TryPop(out string? name))
        {
            string next = Path.Join(path, name);
            string? target = LinkTarget(next);
            if (target is null)
            {
                path = next;
                continue;
            }

            string absolute = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, path));
            string from = mayLeave ? Path.GetPathRoot(absolute)! : start;
            if (++links > MaxLinks || !IsBeneath(absolute, from))
                return null;
            path = from;
            foreach (string component in Components(absolute[from.Length..]).Reverse())
                rest.Push(component);
        }

        return Path.TrimEndingDirectorySeparator(path);
    }

    private static string? LinkTarget(string path) => new FileInfo(path).LinkTarget;

    private static bool IsBeneath(string path, string folder) =>
        path.StartsWith(folder, PathComparison) &&
        (path.Length == folder.Length || Path.EndsInDirectorySeparator(folder) || path[folder.Length] == Path.DirectorySeparatorChar);

    private static StringComparison PathComparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The first component on top.</summary>
    private static Stack<string> Components(string path) =>
        new(path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse());
}
