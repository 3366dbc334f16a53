namespace ByteVm.Tests;

/// <summary>Finds the files of the repository that the tests read.</summary>
internal static class Repository
{
    /// <summary>The folder that holds ByteVm.sln.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ByteVm.sln")))
                return folder;
        }

        throw new InvalidOperationException("The tests must run from inside the repository.");
    }
}
