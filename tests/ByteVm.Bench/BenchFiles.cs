using System.Runtime.CompilerServices;

namespace ByteVm.Bench;

/// <summary>Where the benchmarks' sources and the command under test lie.</summary>
internal static class BenchFiles
{
    /// <summary>The folder of this project's sources.</summary>
    public static string Folder { get; } = FolderOfThisFile();

    /// <summary>The <c>bytevm</c> command to measure: the given executable, for instance a NativeAOT publish, or else the one built with this project.</summary>
    public static string[] CommandLine(string? executable) =>
        executable is null ? ["dotnet", Path.Combine(AppContext.BaseDirectory, "bytevm.dll")] : [Path.GetFullPath(executable)];

    private static string FolderOfThisFile([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
