using ByteVm.Tarn;

namespace ByteVm.Cli.Testing;

/// <summary>A program with all its tests.</summary>
/// <param name="Path">What the command line names; it may hold several programs.</param>
internal sealed record TestProgram(string Path, TestCompilationResult Compiled)
{
    /// <param name="path">A source; a folder, whose sources are tested all; std or a module of it.</param>
    /// <exception cref="CommandException">There is no such thing.</exception>
    public static IReadOnlyList<TestProgram> Compile(string path)
    {
        if (SourceModules.IsLibrary(path))
            return [new TestProgram(path, TarnCompiler.CompileTests(path, SourceModules.OfLibrary(path), new DirectorySources("")))];
        SourceModules.RequireSource(path);
        return [.. ModuleFiles.ReadFile(path, TarnCompiler.CompileTests).Select(compiled => new TestProgram(path, compiled))];
    }
}
