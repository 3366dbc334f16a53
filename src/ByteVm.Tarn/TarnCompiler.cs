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

    /// <summary>
    /// Compiles the test blocks of modules into one module that exports them all. Imports are looked up in <paramref name="sources"/>; modules named as
    /// those of the standard library (<see cref="LibraryModules"/>) are compiled as such.
    /// </summary>
    /// <param name="name">Of the module to be.</param>
    public static TestCompilationResult CompileTests(string name, IReadOnlyList<SourceModule> tested, ISourceProvider sources)
    {
        var diagnostics = new DiagnosticBag();
        var loader = new ModuleLoader(sources, diagnostics);
        loader.Load(tested, withTests: true);
        Compilation compilation = Bind(loader, diagnostics, tested.Select(t => loader.ByName[t.Name]).OfType<ModuleSymbol>(), out ModuleSymbol[] modules);
        FunctionSymbol[] tests = [.. modules.SelectMany(m => m.Tests)];
        Module? module = diagnostics.HasErrors ? null : new ProgramLowering(compilation, name).Lower(tests);
        return new TestCompilationResult(
            diagnostics.HasErrors ? null : module, diagnostics.InSourceOrder(), [.. tests.Select(TestCase.Of)], [.. loader.InOrder.Select(m => m.Source)]);
    }

    /// <summary>The modules of the standard library.</summary>
    public static IReadOnlyList<SourceModule> LibraryModules => [.. StandardLibrary.ModuleNames.Order(StringComparer.Ordinal).Select(n => new SourceModule(n, StandardLibrary.Find(n)!))];

    private static Module? Compile(string entryName, SourceText entry, ISourceProvider sources, CompilerOptions options, DiagnosticBag diagnostics)
    {
        var loader = new ModuleLoader(sources, diagnostics);
        loader.Load([new SourceModule(entryName, entry)], withTests: options.CheckOnly);
        Compilation compilation = Bind(loader, diagnostics, options.CheckOnly ? loader.InOrder.Where(m => !m.IsLibrary) : [], out _);
        ModuleSymbol? main = loader.ByName[entryName];
        if (main is not null && options.RequireMain)
            ProgramBinder.CheckMain(compilation, main);
        return main is null || diagnostics.HasErrors || options.CheckOnly ? null : new ProgramLowering(compilation, main.Name).Lower(Exported(main));
    }

    /// <param name="tested">The modules whose test blocks are compiled.</param>
    private static Compilation Bind(ModuleLoader loader, DiagnosticBag diagnostics, IEnumerable<ModuleSymbol> tested, out ModuleSymbol[] modules)
    {
        var compilation = new Compilation(loader.ByName, diagnostics);
        var binder = new ProgramBinder(compilation, loader.InOrder);
        binder.Bind();
        modules = [.. tested];
        foreach (ModuleSymbol module in modules)
            binder.BindTests(module);
        return compilation;
    }

    private static FunctionSymbol[] Exported(ModuleSymbol entry) =>
        [.. entry.Members.Values.OfType<FunctionSymbol>().Where(f => !f.IsPrivate && !f.IsExtern && f.TypeParameters.IsEmpty)];
}
