using ByteVm.Tarn;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Cli.Testing;

/// <summary>What one argument of <c>bytevm test</c> names, compiled into one program with all its tests.</summary>
internal sealed record TestProgram(string Path, TestCompilationResult Compiled)
{
    private const string Library = "std";

    /// <param name="path">A source; a folder, whose sources are tested all and find each other from there; std or a module of it.</param>
    /// <exception cref="CommandException">There is no such thing.</exception>
    public static TestProgram Compile(string path)
    {
        if (Directory.Exists(path))
            return Compile(path, [.. Directory.EnumerateFiles(path, "*.tarn", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => Read(path, f))], path);
        if (!File.Exists(path) && IsLibrary(path))
            return CompileLibrary(path);
        if (System.IO.Path.GetExtension(path) != ".tarn")
            throw new CommandException(ExitCode.Usage, $"'{path}' is neither a .tarn source nor a folder nor a module of {Library}");
        string root = System.IO.Path.GetDirectoryName(path) ?? "";
        return Compile(path, [Read(root, path)], root);
    }

    private static TestProgram Compile(string path, IReadOnlyList<SourceModule> modules, string root) =>
        new(path, TarnCompiler.CompileTests(System.IO.Path.GetFileNameWithoutExtension(path), modules, new DirectorySources(root)));

    private static bool IsLibrary(string name) => name == Library || name.StartsWith(Library + ".", StringComparison.Ordinal);

    private static TestProgram CompileLibrary(string name)
    {
        SourceModule[] modules = [.. TarnCompiler.LibraryModules.Where(m => name == Library || m.Name == name || m.Name.StartsWith(name + ".", StringComparison.Ordinal))];
        if (modules.Length == 0)
            throw new CommandException(ExitCode.NoInput, $"the standard library has no module '{name}'");
        return Compile(name, modules, "");
    }

    /// <summary>A source beneath the root: shapes/round.tarn is shapes.round.</summary>
    private static SourceModule Read(string root, string file)
    {
        string name = System.IO.Path.ChangeExtension(System.IO.Path.GetRelativePath(root.Length == 0 ? "." : root, file), null).Replace(System.IO.Path.DirectorySeparatorChar, '.');
        return new SourceModule(name, new SourceText(file, ModuleFiles.ReadFile(file, File.ReadAllText)));
    }
}
