namespace ByteVm.Tarn.Packages;

/// <summary>Names of folders as users see them: relative where they were given so; the working folder is empty.</summary>
internal static class Folders
{
    /// <summary>A folder named from another, without detours.</summary>
    public static string Below(string folder, string path) => Shorten(Path.Combine(folder, path));

    public static string Shorten(string path)
    {
        if (Path.IsPathRooted(path))
            return Path.GetFullPath(path);
        string relative = Path.GetRelativePath(".", Absolute(path));
        return relative == "." ? "" : relative;
    }

    public static string Absolute(string path) => Path.GetFullPath(path.Length == 0 ? "." : path);

    public static bool AreSame(string a, string b) => Path.TrimEndingDirectorySeparator(Absolute(a)) == Path.TrimEndingDirectorySeparator(Absolute(b));
}
