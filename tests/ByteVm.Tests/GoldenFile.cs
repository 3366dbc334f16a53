namespace ByteVm.Tests;

/// <summary>Expectations kept in files. BLESS=1 in the environment rewrites them from what the code does now; review the difference.</summary>
internal static class GoldenFile
{
    public static bool Blessing { get; } = Environment.GetEnvironmentVariable("BLESS") == "1";

    /// <summary>Compares with the file, or rewrites it.</summary>
    public static void Check(string path, string actual)
    {
        if (Blessing)
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing; make it with BLESS=1");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
