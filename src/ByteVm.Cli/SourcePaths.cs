namespace ByteVm.Cli;

/// <summary>The sources that a command line names, one by one or by folder.</summary>
internal static class SourcePaths
{
    /// <summary>Files as they are named; of folders all .tarn files in them and in their folders, in order of name.</summary>
    /// <exception cref="CommandException">There is no such file or folder, or a file is no source.</exception>
    public static IEnumerable<string> Find(IEnumerable<string> paths) => paths.SelectMany(Find);

    public static IEnumerable<string> Find(string path)
    {
        if (Directory.Exists(path))
            return Directory.EnumerateFiles(path, "*.tarn", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        if (Path.GetExtension(path) != ".tarn")
            throw new CommandException(ExitCode.Usage, $"'{path}' is neither a .tarn source nor a folder");
        return [path];
    }
}
