using ByteVm.Bytecode;
using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Lowering;
using ByteVm.Tarn.Packages;
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
    /// <summary>
    /// Compiles the program whose entry is a file. Its imports are looked up in the package that it belongs to (<c>tarn.toml</c> in its folder or one above),
    /// or else from its folder. A manifest stands for its package: the program is the package's entry.
    /// </summary>
    /// <exception cref="IOException">The file, or the manifest, cannot be read.</exception>
    /// <param name="path">The source or manifest.</param>
    /// <param name="options">How to compile.</param>
    /// <param name="files">Remembers what was looked at; null when nobody asks.</param>
    public static CompilationResult CompileFile(string path, CompilerOptions? options = null, SourceFiles? files = null)
    {
        options ??= new CompilerOptions();
        var diagnostics = new DiagnosticBag();
        Module? module = CompileFile(path, options, files ?? new SourceFiles(), diagnostics);
        return new CompilationResult(diagnostics.HasErrors ? null : module, diagnostics.InSourceOrder());
    }

    private static Module? CompileFile(string path, CompilerOptions options, SourceFiles files, DiagnosticBag diagnostics)
    {
        if (SourceRoot.OfFile(path, files, diagnostics) is not { } root)
            return null;
        if (Path.GetFileName(path) != PackageManifest.FileName)
            return Compile(root.ModuleNameOf(path), [root.Read(path)], root.Sources, options, diagnostics);
        if (options.CheckOnly)
            return Compile("", root.ModulesIn(root.Folder), root.Sources, options with { RequireMain = false }, diagnostics);
        return EntryOf(root.Package!, files, diagnostics) is { } entry ? Compile(root.ModuleNameOf(entry), [root.Read(entry)], root.Sources, options, diagnostics) : null;
    }

    private static string? EntryOf(PackageManifest package, SourceFiles files, DiagnosticBag diagnostics)
    {
        if (package.Entry is not { } entry)
        {
            diagnostics.Report(package.Source, new Span(0, 0), DiagnosticCatalog.PackageHasNoEntry, package.Name);
            return null;
        }

        string file = package.FileOf(entry.Text);
        if (files.Exists(file))
            return file;
        diagnostics.Report(package.Source, entry.Span, DiagnosticCatalog.PackageEntryMissing, file);
        return null;
    }

    /// <summary>Compiles a program: its entry module and everything it imports from <paramref name="sources"/> and the standard library.</summary>
    public static CompilationResult Compile(string entryName, SourceText entry, ISourceProvider sources, CompilerOptions? options = null)
    {
        options ??= new CompilerOptions();
        var diagnostics = new DiagnosticBag();
        Module? module = Compile(entryName, [new SourceModule(entryName, entry)], sources, options, diagnostics);
        return new CompilationResult(diagnostics.HasErrors ? null : module, diagnostics.InSourceOrder());
    }

    /// <summary>Checks everything in modules and in what they import, without making a program. Modules of the standard library are checked when they are named.</summary>
    public static CompilationResult Check(IReadOnlyList<SourceModule> modules, ISourceProvider sources)
    {
        var diagnostics = new DiagnosticBag();
        Compile("", modules, sources, new CompilerOptions { RequireMain = false, CheckOnly = true }, diagnostics);
        return new CompilationResult(null, diagnostics.InSourceOrder());
    }

    /// <summary>
    /// Compiles all functions of modules into one module, whether or not anything calls them. It exports, under their qualified names, those that a host can call.
    /// Of what they import it has what they reach.
    /// </summary>
    /// <param name="name">Of the module to be.</param>
    public static CompilationResult CompileLibrary(string name, IReadOnlyList<SourceModule> modules, ISourceProvider sources)
    {
        var diagnostics = new DiagnosticBag();
        var loader = new ModuleLoader(sources, diagnostics);
        if (!loader.Load(modules, withTests: false))
            return new CompilationResult(null, diagnostics.InSourceOrder());
        Compilation compilation = Bind(loader, diagnostics, [], out _);
        ModuleSymbol[] compiled = [.. modules.Select(m => loader.ByName[m.Name]).OfType<ModuleSymbol>()];
        FunctionSymbol[] kept = [.. compiled.SelectMany(ProgramBinder.FunctionsOf)];
        Module? module = diagnostics.HasErrors ? null : Lower(compilation, name, loader, sources, [.. compiled.SelectMany(Exported)], kept);
        return new CompilationResult(diagnostics.HasErrors ? null : module, diagnostics.InSourceOrder());
    }

    /// <summary>
    /// Compiles the test blocks of a source, or of all sources in a folder and its folders, where each program and package is compiled on its own; what they import is looked up as for
    /// <see cref="CompileFile(string, CompilerOptions?, SourceFiles?)"/>.
    /// </summary>
    /// <exception cref="IOException">A source or manifest cannot be read.</exception>
    public static IReadOnlyList<TestCompilationResult> CompileTests(string path)
    {
        var files = new SourceFiles();
        var found = new DiagnosticBag();
        IReadOnlyList<(SourceRoot Root, IReadOnlyList<SourceModule> Modules)> programs = Directory.Exists(path) ? new ProgramFolders(path, files, found).Find()
            : SourceRoot.OfFile(path, files, found) is { } root ? [(root, [root.Read(path)])] : [];
        string name = Path.GetFileNameWithoutExtension(Folders.Absolute(path));
        IEnumerable<TestCompilationResult> compiled = programs.Select(p => CompileTests(name, p.Modules, p.Root.Sources));
        return found.HasErrors ? [new TestCompilationResult(null, found.InSourceOrder(), [], []), .. compiled] : [.. compiled];
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
        if (!loader.Load(tested, withTests: true))
            return new TestCompilationResult(null, diagnostics.InSourceOrder(), [], []);
        Compilation compilation = Bind(loader, diagnostics, tested.Select(t => loader.ByName[t.Name]).OfType<ModuleSymbol>(), out ModuleSymbol[] modules);
        FunctionSymbol[] tests = [.. modules.SelectMany(m => m.Tests)];
        Module? module = diagnostics.HasErrors ? null : Lower(compilation, name, loader, sources, tests);
        return new TestCompilationResult(
            diagnostics.HasErrors ? null : module, diagnostics.InSourceOrder(), [.. tests.Select(TestCase.Of)], [.. loader.InOrder.Select(m => m.Source)]);
    }

    /// <summary>The modules of the standard library.</summary>
    public static IReadOnlyList<SourceModule> LibraryModules => [.. StandardLibrary.ModuleNames.Order(StringComparer.Ordinal).Select(n => new SourceModule(n, StandardLibrary.Find(n)!))];

    /// <param name="kept">Functions that become part of the module though nothing that is exported may call them.</param>
    private static Module? Lower(
        Compilation compilation, string name, ModuleLoader loader, ISourceProvider sources, IReadOnlyList<FunctionSymbol> exported, IReadOnlyList<FunctionSymbol>? kept = null) =>
        new ProgramLowering(compilation, name) { Dependencies = DependencyList.Of(loader.InOrder, sources.VersionOf) }.Lower(exported, kept ?? []);

    /// <param name="entryName">The entry among <paramref name="modules"/>; the others are only checked.</param>
    private static Module? Compile(string entryName, IReadOnlyList<SourceModule> modules, ISourceProvider sources, CompilerOptions options, DiagnosticBag diagnostics)
    {
        var loader = new ModuleLoader(sources, diagnostics);
        if (!loader.Load(modules, withTests: options.CheckOnly))
            return null;
        Compilation compilation = Bind(loader, diagnostics, options.CheckOnly ? loader.InOrder.Where(m => !m.IsLibrary || modules.Any(named => named.Name == m.Name)) : [], out _);
        ModuleSymbol? main = loader.ByName.GetValueOrDefault(entryName);
        if (main is not null && options.RequireMain)
            ProgramBinder.CheckMain(compilation, main);
        return main is null || diagnostics.HasErrors || options.CheckOnly ? null : Lower(compilation, main.Name, loader, sources, Exported(main));
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
