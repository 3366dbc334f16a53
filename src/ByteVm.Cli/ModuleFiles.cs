using ByteVm.Bytecode;
using ByteVm.Tarn;

namespace ByteVm.Cli;

/// <summary>Gets a module from whatever names one: a source, a built module, its text form, or a folder with main.tarn.</summary>
internal static class ModuleFiles
{
    public const string Forms = "a .tarn source, a .bvm module, a .bva text, or a folder with tarn.toml or main.tarn";

    private const string Manifest = "tarn.toml";

    /// <param name="messages">Where warnings and errors of a compilation go.</param>
    /// <param name="cache">Where compiled sources are kept; null for nowhere.</param>
    /// <exception cref="CommandException">There is no such file, or it has errors; they are printed.</exception>
    public static Module Load(string path, TextWriter messages, bool requireMain = true, CompileCache? cache = null)
    {
        path = Locate(path);
        return Path.GetExtension(path) switch
        {
            ".bvm" => Read(path),
            ".bva" => Assemble(path),
            ".tarn" => cache?.Find(path) ?? Compile(path, messages, requireMain, cache),
            _ when Path.GetFileName(path) == Manifest => cache?.Find(path) ?? Compile(path, messages, requireMain, cache),
            _ when path.StartsWith('-') => throw new CommandException(ExitCode.Usage, $"there is no option '{path}': '--help' lists them"),
            _ => throw new CommandException(ExitCode.Usage, $"'{path}' is not {Forms}"),
        };
    }

    /// <summary>The file itself; of a folder its package's manifest, or else its main.tarn.</summary>
    public static string Locate(string path)
    {
        if (!Directory.Exists(path))
            return path;
        string? entry = new[] { Manifest, "main.tarn" }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists);
        return entry ?? throw new CommandException(ExitCode.NoInput, $"the folder '{path}' has neither {Manifest} nor main.tarn");
    }

    public static Module Read(string path)
    {
        byte[] bytes = ReadFile(path, p => SourceReader.ReadBytes(p, FormatLimits.MaxModuleBytes));
        try
        {
            return ModuleReader.Read(bytes);
        }
        catch (ModuleFormatException e)
        {
            throw new CommandException(ExitCode.BadInput, $"{path}: {e.Message}");
        }
    }

    public static Module Assemble(string path)
    {
        string text = ReadFile(path, SourceReader.Read);
        try
        {
            return Assembler.Assemble(text, path);
        }
        catch (AssemblyException e)
        {
            throw new CommandException(ExitCode.BadInput, e.Message);
        }
    }

    /// <summary>Compiles and prints what the compiler found.</summary>
    public static Module Compile(string path, TextWriter messages, bool requireMain, CompileCache? cache = null)
    {
        var files = new SourceFiles();
        CompilationResult result = ReadFile(path, p => TarnCompiler.CompileFile(p, new CompilerOptions { RequireMain = requireMain }, files));
        Module module = Accept(path, result, messages);
        if (result.Diagnostics.Count == 0)
            cache?.Keep(path, files, module);
        return module;
    }

    /// <summary>Prints what the compiler found, and refuses what has errors.</summary>
    public static Module Accept(string path, CompilationResult result, TextWriter messages)
    {
        messages.Write(result.RenderDiagnostics());
        return result.Module ?? throw new CommandException(ExitCode.BadInput, $"{path} has errors");
    }

    public static CompilationResult Compile(string path, CompilerOptions options) => ReadFile(path, p => TarnCompiler.CompileFile(p, options));

    public static T ReadFile<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"cannot read '{path}': {Reason(path, e)}");
        }
    }

    public static void WriteFile(string path, byte[] bytes) => Create("write", path, () => File.WriteAllBytes(path, bytes));

    /// <summary>For what is written only when a long work is done: says at once that it cannot be.</summary>
    public static void RequireWritable(string path) => Create("write", path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose());

    public static void CreateFolder(string path) => Create("make the folder", path, () => Directory.CreateDirectory(path));

    private static void Create(string what, string path, Action create)
    {
        RequireName(path);
        try
        {
            create();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.CannotCreate, $"cannot {what} '{path}': {Reason(path, e)}");
        }
    }

    private static void RequireName(string path)
    {
        if (path.Length == 0)
            throw new CommandException(ExitCode.Usage, "an empty text names no file or folder to write");
    }

    private static string Reason(string path, Exception e) => e switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        UnauthorizedAccessException when Directory.Exists(path) => "it is a folder",
        UnauthorizedAccessException => "the system denies access",
        _ => SystemMessage(e.Message),
    };

    /// <summary>.NET repeats the path behind what the system says.</summary>
    private static string SystemMessage(string message)
    {
        int end = message.LastIndexOf(" : '", StringComparison.Ordinal);
        string reason = end < 0 ? message : message[..end];
        return char.ToLowerInvariant(reason[0]) + reason[1..];
    }
}
