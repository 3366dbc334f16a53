using ByteVm.Tarn.Binding;
using ByteVm.Tarn.Diagnostics;

namespace ByteVm.Tarn.Lowering;

/// <summary>
/// Which globals a program has, in an order in which each is initialized after those its initializer may read, directly or through the functions it
/// calls. A call of a method counts for all methods that override it.
/// </summary>
internal sealed class GlobalOrder(Compilation compilation)
{
    private readonly List<GlobalSymbol> ordered = [];
    private readonly HashSet<GlobalSymbol> done = [];
    private readonly List<GlobalSymbol> path = [];

    /// <summary>All globals of the program's own modules, and those of the library that the roots reach.</summary>
    public IReadOnlyList<GlobalSymbol> Order(IEnumerable<GlobalSymbol> own, IEnumerable<FunctionSymbol> roots)
    {
        foreach (GlobalSymbol global in own)
            Visit(global);
        foreach (GlobalSymbol global in GlobalsReachedFrom(roots))
            Visit(global);
        return ordered;
    }

    private void Visit(GlobalSymbol global)
    {
        if (done.Contains(global))
            return;
        if (path.Contains(global))
        {
            ReportCycle(global);
            return;
        }

        path.Add(global);
        foreach (GlobalSymbol needed in GlobalsReachedFrom(compilation.BodyOf(global).References))
            Visit(needed);
        path.Remove(global);
        done.Add(global);
        ordered.Add(global);
    }

    private void ReportCycle(GlobalSymbol global)
    {
        string way = string.Join(" → ", path.SkipWhile(g => g != global).Append(global).Select(g => g.Name));
        compilation.Diagnostics.Report(global.Module.Source, global.NameSpan, DiagnosticCatalog.InitializerCycle, global.Name, way);
    }

    private List<GlobalSymbol> GlobalsReachedFrom(IEnumerable<Symbol> start)
    {
        var found = new List<GlobalSymbol>();
        var seen = new HashSet<Symbol>(start);
        var pending = new Queue<Symbol>(seen);
        while (pending.TryDequeue(out Symbol? symbol))
        {
            if (symbol is GlobalSymbol global)
                found.Add(global);
            else if (symbol is FunctionSymbol function)
                Follow(function, seen, pending);
        }

        return found;
    }

    private void Follow(FunctionSymbol function, HashSet<Symbol> seen, Queue<Symbol> pending)
    {
        foreach (FunctionSymbol overrider in function.Overriders)
        {
            if (seen.Add(overrider))
                pending.Enqueue(overrider);
        }

        if (function.IsExtern || function.IsAbstract)
            return;
        foreach (Symbol reference in compilation.BodyOf(function).References)
        {
            if (seen.Add(reference))
                pending.Enqueue(reference);
        }
    }
}
