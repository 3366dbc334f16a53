using ByteVm.Tarn.Diagnostics;
using ByteVm.Tarn.Syntax;

namespace ByteVm.Tarn.Binding;

/// <summary>Parses the entry modules and everything they import, directly or not. Modules found in one round are parsed in parallel.</summary>
internal sealed class ModuleLoader(ISourceProvider sources, DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, ModuleSymbol?> modules = new(StringComparer.Ordinal);
    private readonly List<ModuleSymbol> inOrder = [];

    /// <summary>The modules by name. One that was refused, or does not exist, is null.</summary>
    public IReadOnlyDictionary<string, ModuleSymbol?> ByName => modules;

    /// <summary>Those that parsed, in the order in which imports name them, the entries first.</summary>
    public IReadOnlyList<ModuleSymbol> InOrder => inOrder;

    /// <param name="withTests">Whether test blocks are going to be compiled, which needs what they have in scope.</param>
    /// <returns>Whether there is a prelude, without which nothing can be bound; that was reported.</returns>
    public bool Load(IEnumerable<SourceModule> entries, bool withTests)
    {
        List<SourceModule> round = [.. entries];
        AddLibraryModule(StandardLibrary.Prelude, round);
        if (withTests)
            AddLibraryModule(StandardLibrary.Testing, round);
        while (round.Count > 0)
            round = LoadRound(round);
        return modules[StandardLibrary.Prelude] is not null;
    }

    private static void AddLibraryModule(string name, List<SourceModule> round)
    {
        if (round.All(m => m.Name != name) && StandardLibrary.Find(name) is { } source)
            round.Add(new SourceModule(name, source));
    }

    private List<SourceModule> LoadRound(List<SourceModule> round)
    {
        var parsed = new ModuleSyntax?[round.Count];
        var found = new DiagnosticBag[round.Count];
        if (round.Count == 1)
            Parse(0);
        else
            Parallel.For(0, round.Count, Parse);

        void Parse(int i)
        {
            found[i] = new DiagnosticBag();
            parsed[i] = ModuleParser.ParseTolerantly(round[i].Source, found[i]);
        }

        for (int i = 0; i < round.Count; i++)
            Register(round[i].Name, parsed[i], found[i]);
        var next = new List<SourceModule>();
        for (int i = 0; i < round.Count; i++)
            CollectImports(round[i].Name, parsed[i], next);
        return next;
    }

    private void Register(string name, ModuleSyntax? syntax, DiagnosticBag found)
    {
        if (name == StandardLibrary.Prelude && (found.HasErrors || (syntax is not null && !PreludeContract.Holds(syntax, found))))
            syntax = null;
        diagnostics.Add(found);
        ModuleSymbol? module = syntax is null ? null : new ModuleSymbol(name, syntax, IsLibrary(name));
        modules[name] = module;
        if (module is null)
            return;
        inOrder.Add(module);
        diagnostics.UnparsedNames.UnionWith(module.Syntax.UnparsedNames);
    }

    private void CollectImports(string name, ModuleSyntax? module, List<SourceModule> next)
    {
        if (module is null)
            return;
        foreach (ImportSyntax import in module.Imports)
        {
            CheckDependency(name, module, import);
            if (Request(import.ModuleName, next) || (import.MemberModuleName is { } container && Request(container, next)))
                continue;
            ReportMissing(module, import);
            modules[import.ModuleName] = null;
        }
    }

    private void CheckDependency(string importer, ModuleSyntax module, ImportSyntax import)
    {
        if (sources.MissingDependency(importer, import.ModuleName) is { } package)
            diagnostics.Report(module.Source, import.Path[0].Span, DiagnosticCatalog.UndeclaredDependency, package);
    }

    private bool Request(string name, List<SourceModule> next)
    {
        if (modules.ContainsKey(name) || next.Any(n => n.Name == name))
            return true;
        if ((IsLibrary(name) ? StandardLibrary.Find(name) : sources.Find(name)) is not { } source)
            return false;
        next.Add(new SourceModule(name, source));
        return true;
    }

    private void ReportMissing(ModuleSyntax module, ImportSyntax import)
    {
        string name = import.ModuleName;
        Span span = import.Path[0].Span.To(import.Path[^1].Span);
        if (IsLibrary(name))
            diagnostics.Report(module.Source, span, DiagnosticCatalog.UnknownLibraryModule, name);
        else
            diagnostics.Report(module.Source, span, DiagnosticCatalog.UnknownModule, name, sources.FileOf(name));
    }

    private static bool IsLibrary(string name) => name.StartsWith(StandardLibrary.Prefix, StringComparison.Ordinal);
}
