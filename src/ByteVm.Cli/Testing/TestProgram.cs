using ByteVm.Tarn;

namespace ByteVm.Cli.Testing;

/// <summary>What one argument of <c>bytevm test</c> names, compiled into one program with all its tests.</summary>
internal sealed record TestProgram(string Path, TestCompilationResult Compiled)
{
    /// <param name="path">A source; a folder, whose sources are tested all and find each other from there; std or a module of it.</param>
    /// <exception cref="CommandException">There is no such thing.</exception>
    public static TestProgram Compile(string path)
    {
        if (SourceModules.IsLibrary(path))
            return new TestProgram(path, TarnCompiler.CompileTests(path, SourceModules.OfLibrary(path), new DirectorySources("")));
        SourceModules.RequireSource(path);
        return new TestProgram(path, ModuleFiles.ReadFile(path, TarnCompiler.CompileTests));
    }
}
