using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Lowering;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn;

/// <summary>What a compilation gave: a module, unless there are errors.</summary>
/// <param name="Module">The program, or null when it was refused.</param>
/// <param name="Diagnostics">The findings, by file and place.</param>
public sealed record CompilationResult(Module? Module, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>All findings as shown to the user.</summary>
    public string RenderDiagnostics() => string.Concat(Diagnostics.Select(d => d.Render()));
}

/// <summary>How to compile.</summary>
public sealed record CompilerOptions
{
    /// <summary>Whether the entry module must have a main function. Without, its functions are there for a host to call.</summary>
    public bool RequireMain { get; init; } = true;

    /// <summary>Stop after checking: <see cref="CompilationResult.Module"/> stays null.</summary>
    public bool CheckOnly { get; init; }
}

/// <summary>The compiler of Tarn. It never throws for what a source says.</summary>
public static class TarnCompiler
{
    /// <summary>Compiles the program whose entry is a file; its imports are looked up from the file's folder.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CompilationResult CompileFile(string path, CompilerOptions? options = null)
    {
        string root = Path.GetDirectoryName(path) ?? "";
        return Compile(Path.GetFileNameWithoutExtension(path), new SourceText(path, File.ReadAllText(path)), new DirectorySources(root), options);
    }

    /// <summary>Compiles a program: its entry module and everything it imports from <paramref name="sources"/> and the standard library.</summary>
    public static CompilationResult Compile(string entryName, SourceText entry, ISourceProvider sources, CompilerOptions? options = null)
    {
        options ??= new CompilerOptions();
        var diagnostics = new DiagnosticBag();
        Module? module = Compile(entryName, entry, sources, options, diagnostics);
        return new CompilationResult(diagnostics.HasErrors ? null : module, diagnostics.InSourceOrder());
    }

    private static Module? Compile(string entryName, SourceText entry, ISourceProvider sources, CompilerOptions options, DiagnosticBag diagnostics)
    {
        var loader = new ModuleLoader(sources, diagnostics);
        ModuleSymbol? main = loader.Load(entryName, entry);
        var compilation = new Compilation(loader.ByName, diagnostics);
        new ProgramBinder(compilation, loader.InOrder).Bind(main, options);
        return main is null || diagnostics.HasErrors || options.CheckOnly ? null : new ProgramLowering(compilation, main).Lower();
    }
}
