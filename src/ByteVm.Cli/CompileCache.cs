using System.Security.Cryptography;
using System.Text;
using ByteVm.Bytecode;
using ByteVm.Tarn;

namespace ByteVm.Cli;

/// <summary>
/// Modules compiled before, so that running an unchanged source costs what running a built module does. An entry holds what the compilation looked at, each file with the
/// hash of its text or the fact that there was none, and the module. It is used when all of that is still so, and the module is verified as any other. Compilations
/// that had something to say are not kept, as they must say it again.
/// <para>Entries are written whole and then renamed, so runs at the same time do not disturb each other; one that is not whole is as good as none.</para>
/// </summary>
internal sealed class CompileCache
{
    /// <summary>Entries beyond this many are removed, those first that were made longest ago.</summary>
    private const int MostEntries = 256;

    private const string Extension = ".compiled";

    private readonly string folder;

    private CompileCache(string folder) => this.folder = folder;

    /// <summary>The user's cache, or null when the system names no place for one. XDG's base directory specification has a relative place ignored.</summary>
    public static CompileCache? OfUser()
    {
        string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } given && Path.IsPathFullyQualified(given) ? given : DefaultRoot();
        return root is null ? null : new CompileCache(Path.Combine(root, "bytevm"));
    }

    /// <summary>The module of a source or manifest, if it is known and nothing has changed.</summary>
    public Module? Find(string path)
    {
        try
        {
            string file = FileOf(path);
            return File.Exists(file) && CompiledEntry.Read(File.ReadAllBytes(file)) is { } entry && entry.IsCurrent() ? ModuleReader.Read(entry.Module) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ModuleFormatException)
        {
            return null;
        }
    }

    /// <summary>Keeps a module. A cache that cannot be written is no cache, and no error.</summary>
    public void Keep(string path, SourceFiles files, Module module)
    {
        try
        {
            CreateFolder();
            string temporary = Path.Combine(folder, Path.GetRandomFileName());
            File.WriteAllBytes(temporary, new CompiledEntry(files.Hashes(), ModuleWriter.Write(module)).ToBytes());
            File.Move(temporary, FileOf(path), overwrite: true);
            RemoveOldest();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string? DefaultRoot()
    {
        if (OperatingSystem.IsWindows())
            return NullIfEmpty(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
        return NullIfEmpty(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)) is { } home ? Path.Combine(home, ".cache") : null;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>Only the user may write what the user's programs are.</summary>
    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void RemoveOldest()
    {
        FileInfo[] entries = new DirectoryInfo(folder).GetFiles("*" + Extension);
        foreach (FileInfo entry in entries.OrderByDescending(e => e.LastWriteTimeUtc).Skip(MostEntries))
            entry.Delete();
    }

    /// <summary>Names in messages and traces are as the path was given from the working folder, so both are part of the key.</summary>
    private string FileOf(string path)
    {
        byte[] key = Encoding.UTF8.GetBytes($"{CompilerBuild()}\n{Environment.CurrentDirectory}\n{path}");
        return Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 16)) + Extension);
    }

    /// <summary>Tells builds of the compiler apart: by times and sizes of its files, or of the command where they are part of it.</summary>
    private static string CompilerBuild()
    {
        string[] libraries = [Path.Combine(AppContext.BaseDirectory, "ByteVm.Tarn.dll"), Path.Combine(AppContext.BaseDirectory, "ByteVm.Bytecode.dll")];
        IEnumerable<string> parts = libraries.All(File.Exists) ? libraries : [Environment.ProcessPath!];
        return string.Join('\n', parts.Select(p => new FileInfo(p)).Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}"));
    }
}
