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
        if (!System.IO.Path.Exists(path) && IsLibrary(path))
            return CompileLibrary(path);
        if (!Directory.Exists(path) && System.IO.Path.GetExtension(path) != ".tarn")
            throw new CommandException(ExitCode.Usage, $"'{path}' is neither a .tarn source nor a folder nor a module of {Library}");
        return new TestProgram(path, ModuleFiles.ReadFile(path, TarnCompiler.CompileTests));
    }

    private static bool IsLibrary(string name) => name == Library || name.StartsWith(Library + ".", StringComparison.Ordinal);

    private static TestProgram CompileLibrary(string name)
    {
        SourceModule[] modules = [.. TarnCompiler.LibraryModules.Where(m => name == Library || m.Name == name || m.Name.StartsWith(name + ".", StringComparison.Ordinal))];
        if (modules.Length == 0)
            throw new CommandException(ExitCode.NoInput, $"the standard library has no module '{name}'");
        return new TestProgram(name, TarnCompiler.CompileTests(name, modules, new DirectorySources("")));
    }
}
