namespace ByteVm.Conformance.Running;

/// <summary>Where the repository's programs lie.</summary>
internal static class TestFiles
{
    public static string Repository { get; } = FindRepository();

    public static string Examples { get; } = Path.Combine(Repository, "examples");

    public static string Programs { get; } = Path.Combine(Repository, "tests", "programs");

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ByteVm.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests must run from inside the repository: no ByteVm.sln was found above them.");
    }
}

/// <summary>A folder for one test's files, gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bytevm-conformance").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
